// jsforce against the sandbox. Arguments: the folder of jsforce, URL, token, client id, client secret.
// Prints one line per case: "ok NAME" or "failed NAME: why".
const assert = require("node:assert");
const [folder, url, token, clientId, clientSecret] = process.argv.slice(2);
const jsforce = require(folder);

const open = () => new jsforce.Connection({ instanceUrl: url, accessToken: token, version: "62.0" });

const cases = {
  async identity() {
    const found = await open().identity();
    assert.equal(found.organization_id.length, 18);
  },
  async "describe and describeGlobal"() {
    const found = await open().sobject("Lead").describe();
    assert.ok(found.fields.some((field) => field.name === "Status"));
    const all = await open().describeGlobal();
    assert.ok(all.sobjects.some((one) => one.name === "LeadHistory"));
  },
  async "query, queryMore and find"() {
    const db = open();
    const first = await db.query("SELECT Id, Name FROM Lead");
    assert.deepEqual([first.totalSize, first.done], [2500, false]);
    const next = await db.queryMore(first.nextRecordsUrl);
    assert.equal(next.done, true);
    const all = await db.query("SELECT Id FROM Lead", { autoFetch: true, maxFetch: 5000 });
    assert.equal(all.records.length, 2500);
    assert.equal((await db.sobject("Lead").find({ Company: "ACME" }, ["Id"]).limit(2)).length, 2);
  },
  async "create, update many, destroy"() {
    const leads = open().sobject("Lead");
    const made = await leads.create([{ LastName: "A", Company: "J" }, { LastName: "B", Company: "J" }]);
    assert.ok(made.every((one) => one.success));
    const changed = await leads.update(made.map((one) => ({ Id: one.id, City: "Köln" })));
    assert.ok(changed.every((one) => one.success));
    assert.equal((await leads.find({ City: "Köln" })).length, 2);
    assert.ok((await leads.destroy(made.map((one) => one.id))).every((one) => one.success));
  },
  async "bulk 2.0 ingest"() {
    const job = open().bulk2.createJob({ operation: "insert", object: "Lead" });
    await job.open();
    await job.uploadData([{ LastName: "Köhler", Company: "J2" }, { LastName: "B", Company: "" }]);
    await job.close();
    await job.poll(100, 20000);
    const results = await job.getAllResults();
    assert.deepEqual([results.successfulResults.length, results.failedResults.length], [1, 1]);
    assert.equal(results.successfulResults[0].LastName, "Köhler");
    assert.match(results.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
  },
  async "bulk 2.0 query"() {
    const db = open();
    db.bulk2.pollInterval = 100;
    const stream = await db.bulk2.query("SELECT Id, LastName FROM Lead WHERE Company = 'ACME'");
    const records = await stream.toArray();
    assert.equal(records.length, 2500);
  },
  async "bulk 1.0 load and query"() {
    const db = open();
    db.bulk.pollInterval = 100;
    const results = await db.bulk.load("Lead", "insert", [{ LastName: "One", Company: "J1" }, { LastName: "Two", Company: "" }]);
    assert.deepEqual(results.map((one) => one.success), [true, false]);
    const records = await (await db.bulk.query("SELECT Id, LastName FROM Lead WHERE Company = 'J1'")).toArray();
    assert.deepEqual(records.map((one) => one.LastName), ["One"]);
  },
  async "client credentials"() {
    const db = new jsforce.Connection({ loginUrl: url, instanceUrl: url, oauth2: { loginUrl: url, clientId, clientSecret } });
    await db.authorize({ grant_type: "client_credentials" });
    assert.ok((await db.query("SELECT Id FROM User")).totalSize >= 3);
  },
};

(async () => {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${String(error.stack ?? error).split("\n").slice(0, 3).join(" ")}`);
    }
  }
})();
