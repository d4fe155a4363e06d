"use strict";

// Starts `rocky lsp` for the SQL files of a workspace. Everything else, the server does.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The client of this window; undefined while no server runs. */
let client;

/** Starts the server in the first folder of the workspace. */
async function start() {
  const folder = vscode.workspace.workspaceFolders?.[0];
  const command = vscode.workspace.getConfiguration("rocky").get("path", "rocky");
  const server = { command, args: ["lsp"], options: { cwd: folder?.uri.fsPath } };
  const starting = new LanguageClient("rocky", "rocky", server, {
    documentSelector: [{ scheme: "file", language: "sql" }, { scheme: "file", pattern: "**/*.sql" }],
  });
  client = starting;
  try {
    await starting.start();
  } catch (error) {
    client = undefined;
    const hint = "Is `rocky.path` right?";
    vscode.window.showErrorMessage(`\`${command} lsp\` does not start: ${error.message}. ${hint}`);
  }
}

/** Stops the server, if one runs. */
async function stop() {
  const stopping = client;
  client = undefined;
  await stopping?.stop();
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("rocky.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("rocky.path")) {
        return restart();
      }
    }),
  );
  // The server says that it carries out `rocky.describe`; the client forwards the command, also from the palette, to it.
  await start();
}

module.exports = { activate, deactivate: stop };
