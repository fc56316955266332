/** Questions to whoever is there; where nobody is, what would need an answer is refused. */

import { confirm, text } from "@clack/prompts";
import { RunFailure } from "../automation/outcome";
import type { Session } from "./session";

/** Whether to go on. `--yes` says so beforehand. */
export async function agrees(session: Session, message: string): Promise<boolean> {
  if (session.globals.yes === true) {
    return true;
  }
  refuseUnattended(session, message, "--yes");
  return orCancelled<boolean>(
    await session.asking(() => confirm({ message, initialValue: false, output: process.stderr })),
  );
}

/** @throws RunFailure `cancelled` where the answer is no. */
export async function consent(session: Session, message: string): Promise<void> {
  if (!(await agrees(session, message))) {
    throw new RunFailure("cancelled", "not agreed to; nothing was changed");
  }
}

/** The same for what cannot be undone: the name has to be typed, or given by `--confirm`. */
export async function typedName(session: Session, name: string, given: string | undefined, message: string) {
  if (given === undefined) {
    refuseUnattended(session, message, `--confirm ${name}`);
  }
  const typed =
    given ??
    orCancelled<string>(
      await session.asking(() =>
        text({ message: `${message}; type ${name} to go on`, output: process.stderr }),
      ),
    );
  if (typed !== name) {
    throw new RunFailure("badInput", `${JSON.stringify(typed)} is not ${name}; nothing was changed`);
  }
}

/** An answer in words, asked again until it fits. */
export async function answer(
  session: Session,
  message: string,
  flag: string,
  fault: (value: string) => string | undefined,
): Promise<string> {
  refuseUnattended(session, message, flag);
  const validate = (value: string | undefined) => fault(value ?? "");
  return orCancelled<string>(await session.asking(() => text({ message, validate, output: process.stderr })));
}

/** A question, and the flag that answers it beforehand. */
export type Question = readonly [message: string, flag: string];

/** Where nobody is there, refuses before the first of several questions what all of them would ask. */
export function refuseUnattendedAll(session: Session, questions: readonly Question[]): void {
  if (!session.interactive && questions.length > 0) {
    const messages = questions.map(([message]) => `"${message}"`).join(" and ");
    const flags = questions.map(([, flag]) => flag).join(" and ");
    throw new RunFailure(
      "badInput",
      `nobody is there to answer ${messages}; nothing was changed: say it by ${flags}`,
    );
  }
}

function refuseUnattended(session: Session, message: string, flag: string): void {
  refuseUnattendedAll(session, [[message, flag]]);
}

function orCancelled<T extends string | boolean>(given: T | symbol): T {
  if (typeof given === "symbol") {
    throw new RunFailure("cancelled", "cancelled; nothing was changed");
  }
  return given;
}
