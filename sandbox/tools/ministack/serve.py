"""Runs ministack with four facts of a request as AWS sees them, which it leaves out or spells otherwise.

- `aws:PrincipalArn` of a role's session is the ARN of the role, not of the session.
- `iam:PermissionsBoundary` is the boundary that a request sets, or that the role in question has.
- The resource of a request about a KMS alias is the alias.
- The audience of a web identity is the one in its token, also where the token lists it, as those of an API server do.
"""

import json
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.services import sts

SESSION = re.compile(r"^arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/")
ROLE = re.compile(r"^arn:[^:]+:iam::\d+:role/(?:.*/)?([^/]+)$")
SETS_BOUNDARY = {"iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"}

resolve = iam_evaluator._resolve_condition_key
request_context = iam_actions.request_tag_context
resource_arn_of = iam_actions.extract_resource_arn
web_identity = sts._web_identity_principal


def resolve_key(key, context):
    value = resolve(key, context)
    session = SESSION.match(value) if key.lower() == "aws:principalarn" and isinstance(value, str) else None
    if session:
        return "arn:{}:iam::{}:role/{}".format(*session.groups())
    if key.lower() == "iam:permissionsboundary" and value is None:
        return boundary_of(context.resource_arn)
    return value


def boundary_of(resource_arn):
    """The boundary of the role that a request is about."""
    from ministack.services import iam

    role = ROLE.match(resource_arn or "")
    record = iam._roles.get(role.group(1)) if role else None
    boundary = (record or {}).get("PermissionsBoundary")
    return boundary.get("PermissionsBoundaryArn") if isinstance(boundary, dict) else boundary


def context_of(service, action, body, params):
    context = request_context(service, action, body, params)
    boundary = params.get("PermissionsBoundary")
    if action in SETS_BOUNDARY and boundary:
        context["iam:PermissionsBoundary"] = boundary[0] if isinstance(boundary, list) else boundary
    return context


def resource_of(service, method, path, headers, body, params, region, account):
    if service == "kms" and b'"AliasName"' in body:
        return f"arn:aws:kms:{region}:{account}:{json.loads(body)['AliasName']}"
    return resource_arn_of(service, method, path, headers, body, params, region, account)


def principal_of(token, provider_id, role_arn):
    principal, keys = web_identity(token, provider_id, role_arn)
    single = {key: value[0] for key, value in keys.items() if isinstance(value, list) and len(value) == 1}
    return principal, {**keys, **single}


iam_evaluator._resolve_condition_key = resolve_key
iam_actions.extract_resource_arn = resource_of
iam_actions.request_tag_context = context_of
sts._web_identity_principal = principal_of

from ministack.app import main  # noqa: E402 - the keys come first

main()
