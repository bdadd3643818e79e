// dynamics-web-api against the Dynamics sandbox. Arguments: the folder of the package, URL, token.
// Prints one line per case: "ok NAME" or "failed NAME: why".
const assert = require("node:assert");
const [folder, url, token] = process.argv.slice(2);
const { DynamicsWebApi } = require(folder);

const open = (more) =>
  new DynamicsWebApi({ serverUrl: url, dataApi: { version: "9.2" }, onTokenRefresh: async () => token, ...more });

// Waits for a refusal and answers it.
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("was not refused");
}

async function lead(api, lastname, more) {
  const id = await api.create({ collection: "leads", data: { lastname, subject: "conformance", ...more } });
  assert.match(id, /^[0-9a-f-]{36}$/);
  return id;
}

const cases = {
  async WhoAmI() {
    const found = await open().callFunction({ functionName: "WhoAmI" });
    assert.match(found.UserId, /^[0-9a-f-]{36}$/);
  },
  async "create, retrieve, update, delete"() {
    const api = open();
    const id = await lead(api, "Köhler");
    const found = await api.retrieve({ collection: "leads", key: id, select: ["fullname", "statuscode"] });
    assert.deepEqual([found.fullname, found.statuscode], ["Köhler", 1]);
    assert.match(found["@odata.etag"], /^W\/"\d+"$/);
    await api.update({ collection: "leads", key: id, data: { statuscode: 2, jobtitle: "CEO" } });
    const row = await api.retrieve({ collection: "leads", key: id, select: ["statuscode", "jobtitle"] });
    assert.deepEqual([row.statuscode, row.jobtitle], [2, "CEO"]);
    await api.deleteRecord({ collection: "leads", key: id });
    assert.equal((await refused(api.retrieve({ collection: "leads", key: id }))).status, 404);
  },
  async "optimistic concurrency"() {
    const api = open();
    const id = await lead(api, "Etag");
    const found = await api.retrieve({ collection: "leads", key: id, select: ["jobtitle"] });
    await api.update({ collection: "leads", key: id, data: { jobtitle: "first" } });
    const late = { collection: "leads", key: id, data: { jobtitle: "late" }, ifmatch: found["@odata.etag"] };
    assert.equal(await api.update(late), false, "a 412 is answered with false");
    const row = await api.retrieve({ collection: "leads", key: id, select: ["jobtitle"] });
    assert.equal(row.jobtitle, "first");
    assert.equal(await api.update({ ...late, ifmatch: row["@odata.etag"] }), true);
  },
  async "upsert creates, unless told not to"() {
    const api = open();
    const key = "00000000-0000-4000-8000-00000000aaaa";
    const data = { lastname: "Upsert", subject: "u" };
    assert.equal(await api.upsert({ collection: "leads", key, data, ifmatch: "*" }), null);
    assert.equal(await api.upsert({ collection: "leads", key, data }), key);
    assert.equal(await api.upsert({ collection: "leads", key, data, ifnonematch: "*" }), null);
  },
  async "return=representation"() {
    const made = await open().create({
      collection: "leads", data: { lastname: "Shown", subject: "s" }, returnRepresentation: true, select: ["fullname"],
    });
    assert.equal(made.fullname, "Shown");
  },
  async "retrieveMultiple, filter, count"() {
    const api = open();
    const found = await api.retrieveMultiple({
      collection: "leads", select: ["fullname"], filter: "statecode eq 0 and startswith(lastname,'Page ')", top: 3,
    });
    assert.equal(found.value.length, 3);
    assert.equal(await api.count({ collection: "leads", filter: "startswith(lastname,'Page ')" }), 25);
    const counted = await api.retrieveMultiple({ collection: "leads", select: ["fullname"], count: true, top: 1 });
    assert.ok(counted.oDataCount >= 25);
  },
  async "pages: nextLink verbatim, preferences kept"() {
    const api = open();
    const ask = {
      collection: "leads", select: ["fullname", "statuscode"], filter: "startswith(lastname,'Page ')",
      orderBy: ["lastname"], maxPageSize: 10, includeAnnotations: "*",
    };
    const sizes = [];
    let page = await api.retrieveMultiple(ask);
    for (;;) {
      sizes.push(page.value.length);
      assert.equal(page.value[0]["statuscode@OData.Community.Display.V1.FormattedValue"], "New");
      if (!page.oDataNextLink) break;
      page = await api.retrieveMultiple(ask, page.oDataNextLink);
    }
    assert.deepEqual(sizes, [10, 10, 5]);
    const all = await api.retrieveAll({ ...ask, maxPageSize: undefined });
    assert.equal(all.value.length, 25);
  },
  async FetchXML() {
    const xml =
      "<fetch count='10'><entity name='lead'><attribute name='lastname'/><filter>" +
      "<condition attribute='lastname' operator='like' value='Page %'/></filter></entity></fetch>";
    const found = await open().fetchAll({ collection: "leads", fetchXml: xml, includeAnnotations: "*" });
    assert.equal(found.value.length, 25);
  },
  async "lookups: bind, expand, disassociate"() {
    const api = open();
    const account = await api.create({ collection: "accounts", data: { name: "Parent" } });
    const contact = await api.create({
      collection: "contacts",
      data: { lastname: "Child", "parentcustomerid_account@odata.bind": `/accounts(${account})` },
    });
    const ask = {
      collection: "contacts", key: contact, select: ["lastname", "_parentcustomerid_value"],
      expand: [{ property: "parentcustomerid_account", select: ["name"] }],
    };
    const found = await api.retrieve(ask);
    assert.equal(found.parentcustomerid_account.name, "Parent");
    await api.disassociateSingleValued({ collection: "contacts", primaryKey: contact, navigationProperty: "parentcustomerid_account" });
    assert.equal((await api.retrieve(ask))._parentcustomerid_value, null);
    const wrong = api.create({ collection: "contacts", data: { lastname: "x", "parentcustomerid@odata.bind": `/accounts(${account})` } });
    assert.equal((await refused(wrong)).status, 400);
  },
  async "batch: one change set by default"() {
    const api = open();
    const id = await lead(api, "In a batch");
    api.startBatch();
    api.update({ collection: "leads", key: id, data: { jobtitle: "one" } });
    api.create({ collection: "leads", data: { lastname: "Q", subject: "q" } });
    const done = await api.executeBatch();
    assert.equal(done.length, 2);
    assert.match(done[1], /^[0-9a-f-]{36}$/);
    api.startBatch();
    api.update({ collection: "leads", key: id, data: { jobtitle: "two" } });
    api.update({ collection: "leads", key: id, data: { statuscode: 4 } });
    await refused(api.executeBatch());
    const row = await api.retrieve({ collection: "leads", key: id, select: ["jobtitle"] });
    assert.equal(row.jobtitle, "one", "a change set is all or nothing");
  },
  async "batch of reads"() {
    const api = open();
    api.startBatch();
    api.retrieveMultiple({ collection: "leads", select: ["fullname"], filter: "lastname eq 'Page 3'" });
    api.callFunction({ functionName: "WhoAmI" });
    const [found, me] = await api.executeBatch();
    assert.equal(found.value.length, 1);
    assert.ok(me.OrganizationId);
  },
  async "continue on error"() {
    const api = open();
    const id = await lead(api, "Goes on");
    api.startBatch();
    api.update({ collection: "leads", key: "00000000-0000-0000-0000-00000000dead", data: { jobtitle: "x" }, inChangeSet: false });
    api.update({ collection: "leads", key: id, data: { jobtitle: "y" }, inChangeSet: false });
    const [first, second] = await api.executeBatch({ continueOnError: true });
    assert.deepEqual([first.status, second], [404, true]);
    const row = await api.retrieve({ collection: "leads", key: id, select: ["jobtitle"] });
    assert.equal(row.jobtitle, "y");
  },
  async "CreateMultiple and UpdateMultiple"() {
    const api = open();
    const kind = "Microsoft.Dynamics.CRM.lead";
    const targets = ["A", "B"].map((lastname) => ({ lastname, subject: "m", "@odata.type": kind }));
    const made = await api.callAction({ collection: "leads", actionName: "Microsoft.Dynamics.CRM.CreateMultiple", action: { Targets: targets } });
    assert.equal(made.Ids.length, 2);
    const changed = made.Ids.map((leadid) => ({ leadid, statuscode: 2, "@odata.type": kind }));
    await api.callAction({ collection: "leads", actionName: "Microsoft.Dynamics.CRM.UpdateMultiple", action: { Targets: changed } });
    const row = await api.retrieve({ collection: "leads", key: made.Ids[1], select: ["statuscode"] });
    assert.equal(row.statuscode, 2);
  },
  async "change tracking"() {
    const api = open();
    const first = await api.retrieveMultiple({ collection: "campaigns", select: ["name"], trackChanges: true });
    assert.ok(first.oDataDeltaLink);
    const id = await api.create({ collection: "campaigns", data: { name: "New since" } });
    const link = first.oDataDeltaLink;
    const delta = await api.retrieveMultiple({ collection: "campaigns", select: ["name"] }, link);
    assert.deepEqual(delta.value.map((row) => row.campaignid), [id]);
  },
  async "metadata: tables, columns, options, relationships"() {
    const api = open();
    const table = await api.retrieveEntity({ key: "LogicalName='lead'", select: ["LogicalName", "EntitySetName", "MetadataId"] });
    assert.equal(table.EntitySetName, "leads");
    const column = await api.retrieveAttribute({
      entityKey: "LogicalName='lead'", attributeKey: "LogicalName='statuscode'",
      castType: "Microsoft.Dynamics.CRM.StatusAttributeMetadata", expand: [{ property: "OptionSet" }],
    });
    assert.ok(column.OptionSet.Options.some((one) => one.Value === 2 && one.State === 0));
    const ways = await api.retrieveRelationships({ castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", filter: "ReferencingEntity eq 'task'" });
    assert.ok(ways.value.some((one) => one.ReferencingEntityNavigationPropertyName === "regardingobjectid_lead_task"));
    const sets = await api.retrieveGlobalOptionSets({ select: ["Name"] });
    assert.ok(sets.value.some((one) => one.Name === "budgetstatus"));
  },
  async "metadata: a column made and changed"() {
    const api = open();
    const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
    const entityKey = "LogicalName='contact'";
    const data = { "@odata.type": "Microsoft.Dynamics.CRM.IntegerAttributeMetadata", SchemaName: "new_Points", DisplayName: label("Points"), MinValue: 0, MaxValue: 100 };
    await api.createAttribute({ entityKey, data });
    const made = await api.retrieveAttribute({ entityKey, attributeKey: "LogicalName='new_points'" });
    made.DisplayName = label("Score");
    await api.updateAttribute({ entityKey, data: made, castType: "Microsoft.Dynamics.CRM.IntegerAttributeMetadata", mergeLabels: true });
    await api.callAction({ actionName: "PublishAllXml" });
    const after = await api.retrieveAttribute({ entityKey, attributeKey: "LogicalName='new_points'" });
    assert.equal(after.DisplayName.UserLocalizedLabel.Label, "Score");
    const id = await api.create({ collection: "contacts", data: { lastname: "Points", new_points: 7 } });
    assert.equal((await refused(api.update({ collection: "contacts", key: id, data: { new_points: 101 } }))).status, 400);
  },
  async "set names read from metadata"() {
    const api = open({ useEntityNames: true });
    const found = await api.retrieveMultiple({ collection: "opportunity", select: ["name"] });
    assert.ok(Array.isArray(found.value));
  },
  async "errors carry code and status"() {
    const error = await refused(open().retrieveMultiple({ collection: "leads", select: ["nonsense"] }));
    assert.equal(error.status, 400);
    assert.match(error.message, /Could not find a property named 'nonsense'/);
    assert.equal((await refused(open({ onTokenRefresh: async () => "stale" }).callFunction({ functionName: "WhoAmI" }))).status, 401);
  },
};

(async () => {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${String(error.message ?? error).split("\n")[0]}`);
    }
  }
})();
