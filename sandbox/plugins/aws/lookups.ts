import type { Account } from "./account";
import { attempt } from "./errors";

type Lookup = (account: Account) => Record<string, unknown> | Promise<Record<string, unknown>>;

/** The data sources of the stand-in, by token. */
export const LOOKUPS: Readonly<Record<string, Lookup>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (account) => {
    const doing = "reading STS Caller Identity";
    const { Account, Arn, UserId } = await attempt(doing, "STS", "GetCallerIdentity", account.identity());
    return { accountId: Account, arn: Arn, id: Account, userId: UserId };
  },
  "aws:index/getRegion:getRegion": ({ region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": ({ partition }) => {
    const dnsSuffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    const reverseDnsPrefix = dnsSuffix.split(".").reverse().join(".");
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix };
  },
};
