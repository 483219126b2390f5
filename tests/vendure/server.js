// Starts the shop on loopback and prints the address of its server as one line.
//
//   node server.js DATABASE-FILE
//
// It ends with whoever started it: when its input is closed.
//
// A file that does not exist yet is seeded first. The database lives in memory; it is written to the file
// when it is seeded, when a test asks for it, and when the process is to die in the middle of a call.
'use strict';

const fs = require('node:fs');
const { bootstrap, ConfigService, DefaultLogger, LogLevel, TransactionalConnection } = require('@vendure/core');
const { config } = require('./config.js');
const { seed } = require('./seed.js');

const file = process.argv[2];
let app;
let breaks = null;

const database = () => app.get(TransactionalConnection).rawConnection;
const save = () => fs.writeFileSync(file, database().sqljsManager.exportDatabase());

function end(res) {
    if (breaks.how === 'kill') {
        save();
        process.kill(process.pid, 'SIGKILL');
    }
    breaks = null;
    res.socket.destroy();
}

// Breaks off at a named operation: before anything is done, or once it is committed and nobody knows.
function fragile(req, res, next) {
    if (!breaks || !JSON.stringify(req.body ?? '').includes(breaks.at)) return next();
    if (breaks.when === 'before') return end(res);
    res.end = () => end(res);
    next();
}

// What no client can do.
const tricks = {
    break: how => { breaks = how; },
    forget: () => database().query('DELETE FROM session'),
    reset: name => database().sqljsManager.loadDatabase(fs.readFileSync(name)),
    save,
    sql: text => database().query(text),
};

async function test(req, res) {
    for (const [name, value] of Object.entries(req.body)) await tricks[name](value);
    await app.get(ConfigService).authOptions.sessionCacheStrategy.clear();
    res.json({});
}

const json = require('express').json();
const middleware = [
    { route: 'test', handler: (req, res, next) => json(req, res, () => test(req, res).catch(next)) },
    { route: 'admin-api', handler: (req, res, next) => json(req, res, () => fragile(req, res, next)) },
];

async function main() {
    const isNew = !fs.existsSync(file);
    const logger = new DefaultLogger({ level: LogLevel.Error, timestamp: false });
    app = await bootstrap({ ...config(middleware, file), logger });
    if (isNew) {
        await seed(app);
        save();
    }
    process.stdout.write(`http://127.0.0.1:${app.getHttpServer().address().port}\n`);
}

process.stdin.resume().on('end', () => process.exit());
main().catch(error => {
    console.error(error);
    process.exit(1);
});
