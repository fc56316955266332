/** A Secret's two fields for the same data: `stringData` as it was written, `data` as the API server keeps it, in base64. */

import type { Properties } from "../wire";
import { containsUnknown, isObject } from "./object";

/** Both with all data in `data` where they are written in different ways, which say the same to the API server. */
export function comparable(olds: Properties, news: Properties): [Properties, Properties] {
  const alike = (["data", "stringData"] as const).every((key) => isObject(olds[key]) === isObject(news[key]));
  return alike || containsUnknown(news["stringData"]) ? [olds, news] : [folded(olds), folded(news)];
}

function folded(inputs: Properties): Properties {
  const { stringData, ...rest } = inputs;
  if (inputs["kind"] !== "Secret" || !isObject(stringData)) {
    return inputs;
  }
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  return { ...rest, data: { ...(rest["data"] as Properties | undefined), ...Object.fromEntries(encoded) } };
}

/** The live object as if it had been written in the way of the inputs, which keep `stringData` over a refresh. */
export function unfolded(live: Properties, inputs: Properties): Properties {
  const { data } = live;
  if (live["kind"] !== "Secret" || !isObject(data) || !isObject(inputs["stringData"])) {
    return live;
  }
  const texts = Object.keys(inputs["stringData"])
    .filter((key) => typeof data[key] === "string")
    .map((key) => [key, Buffer.from(data[key] as string, "base64").toString("utf8")]);
  return { ...live, stringData: Object.fromEntries(texts) };
}
