"use strict";

// Starts `rocky lsp` for the SQL files of a workspace. Everything else, the server does.

const { execFile } = require("child_process");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The client of this window; undefined while no server runs. */
let client;

/** The newest start or stop: they happen one after another. */
let doing = Promise.resolve();

/** The folder of the project: the first of the workspace with a `rocky.toml`, else the first below them with one. */
async function project() {
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const pattern of ["rocky.toml", "**/rocky.toml"]) {
    for (const folder of folders) {
      const within = new vscode.RelativePattern(folder, pattern);
      const found = await vscode.workspace.findFiles(within, "**/{.git,node_modules,target}/**");
      const depth = (uri) => uri.path.split("/").length;
      found.sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1));
      if (found.length > 0) {
        return vscode.Uri.joinPath(found[0], "..");
      }
    }
  }
  return folders[0]?.uri;
}

/** Why a program is not rocky, in half a sentence; undefined if it is. A relative path starts in the folder of the project. */
function fault(command, cwd) {
  return new Promise((resolve) => {
    execFile(command, ["--version"], { cwd, timeout: 10_000 }, (error, stdout) => {
      if (error?.code === "ENOENT") {
        resolve("there is no such program");
      } else if (error?.killed) {
        resolve("it does not answer");
      } else if (error) {
        resolve(error.message.trim());
      } else {
        resolve(/^rocky \d/.test(stdout) ? undefined : "it is another program");
      }
    });
  });
}

/** Says what is wrong, and where to mend it. */
async function complain(message) {
  const open = "Open the setting";
  if ((await vscode.window.showErrorMessage(message, open)) === open) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "rocky.path");
  }
}

/** Rejects where the server does not answer in time: one that ends at once leaves its client waiting. */
function answered(starting) {
  const late = new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error("it does not answer")), 15_000);
    starting.then(() => clearTimeout(timer), () => clearTimeout(timer));
  });
  return Promise.race([starting, late]);
}

async function start() {
  const command = vscode.workspace.getConfiguration("rocky").get("path", "rocky");
  const uri = await project();
  const wrong = await fault(command, uri?.fsPath);
  if (wrong) {
    // Nobody waits for the answer.
    void complain(`rocky cannot be started as \`${command}\`: ${wrong}. The setting \`rocky.path\` says where it is.`);
    return;
  }
  const folder = uri && { uri, name: uri.path.split("/").pop(), index: 0 };
  const server = { command, args: ["lsp"], options: { cwd: uri?.fsPath } };
  const starting = new LanguageClient("rocky", "rocky", server, {
    documentSelector: [{ scheme: "file", language: "sql" }, { scheme: "file", pattern: "**/*.sql" }],
    workspaceFolder: folder,
  });
  try {
    await answered(starting.start());
    client = starting;
  } catch (error) {
    // The client has said so already, but not why.
    void complain(`\`${command} lsp\` does not start: ${error?.message ?? error}`);
    starting.dispose().catch(() => {});
  }
}

async function stop() {
  const stopping = client;
  client = undefined;
  // What was not to be stopped in time is ended by the client.
  await stopping?.dispose().catch(() => {});
}

/** Does something after everything else that was begun. */
function then(next) {
  doing = doing.then(next, next);
  return doing;
}

function restart() {
  return then(async () => {
    await stop();
    await start();
  });
}

/** Describes all schemas that are missing. The server's own command has the name `rocky.describe`, and is the client's to register. */
async function describeMissing() {
  await doing;
  if (!client) {
    void complain("rocky does not run, so nothing can be described. The setting `rocky.path` says where it is.");
    return;
  }
  await client.sendRequest("workspace/executeCommand", { command: "rocky.describe", arguments: [] });
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("rocky.restart", restart),
    vscode.commands.registerCommand("rocky.describeMissing", describeMissing),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("rocky.path")) {
        return restart();
      }
    }),
  );
  await then(start);
}

module.exports = { activate, deactivate: () => then(stop) };
