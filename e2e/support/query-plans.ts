import pg from "pg";

/** A statement as the app sent it. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** The statements that `work` sends through pg, whoever sends them. */
export async function recordStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  const send = pg.Client.prototype.query;
  pg.Client.prototype.query = function record(this: pg.Client, ...sent: unknown[]) {
    const [query, values] = sent as [string | Partial<Statement> | undefined, unknown];
    if (typeof query === "string") seen.push({ text: query, values: Array.isArray(values) ? values : [] });
    else if (query?.text !== undefined)
      seen.push({ text: query.text, values: query.values ?? (Array.isArray(values) ? values : []) });
    return Reflect.apply(send, this, sent);
  } as typeof send;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = send;
  }
  return seen;
}

/** One node of a plan, as EXPLAIN (FORMAT JSON) describes it. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Subplan Name"?: string;
  "Index Cond"?: string;
  "Actual Loops"?: number;
  "Actual Rows"?: number;
  "Rows Removed by Filter"?: number;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  Plans?: PlanNode[];
}

/** How PostgreSQL would run a statement for the app's role bound to these shops; analyzed, it is run and taken back. */
export async function explainAsApp(
  { text, values }: Statement,
  { url, shopIds, isAnalyzed = false }: { url: string; shopIds: readonly string[]; isAnalyzed?: boolean },
): Promise<PlanNode> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.shop_ids', $1, true)", [`{${shopIds.join(",")}}`]);
    const options = isAnalyzed ? "ANALYZE, BUFFERS, FORMAT JSON" : "FORMAT JSON";
    const { rows } = await client.query(`EXPLAIN (${options}) ${text}`, values);
    return rows[0]["QUERY PLAN"][0].Plan;
  } finally {
    await client.query("ROLLBACK");
    await client.end();
  }
}

/** Every node of a plan, parents before their children. */
export const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** The nodes that touch a table, one line each, and how often the policies were evaluated. */
export function describePlan(plan: PlanNode): string[] {
  const nodes = nodesOf(plan);
  const bindings = nodes.filter((node) => node["Subplan Name"]?.startsWith("InitPlan"));
  const tables = nodes.filter((node) => node["Relation Name"] && node["Node Type"] !== "ModifyTable");
  const blocks = (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0);
  return [
    ...tables.map((node) =>
      [
        `${node["Node Type"]} on ${node["Relation Name"]}`,
        node["Index Name"] ? `by ${node["Index Name"]}` : "",
        `${(node["Actual Rows"] ?? 0) * (node["Actual Loops"] ?? 0)} rows in ${node["Actual Loops"] ?? 0} loops,`,
        `${(node["Rows Removed by Filter"] ?? 0) * (node["Actual Loops"] ?? 0)} removed by a filter`,
      ]
        .filter(Boolean)
        .join(" "),
    ),
    `policies: ${bindings.length} look at the bound shops, each at most ${Math.max(0, ...bindings.map((node) => node["Actual Loops"] ?? 0))} time per statement`,
    `${blocks} blocks touched`,
  ];
}
