/** What is the platform's in a tenant's namespace, and the namespace itself (R6, R13, R17). */

import type { Rule } from "../rule";
import { managedObjects } from "./objects/managed-objects";
import { namespaces } from "./objects/namespaces";
import { tenantLabel } from "./objects/tenant-label";

export const objectsRules: readonly Rule[] = [managedObjects, tenantLabel, namespaces];
