#!/usr/bin/env bash
# Becomes the provisioner of one cluster for an hour, and prints what to export, one NAME=value a line (docs/provisioner.md).
#
# Needs aws, kubectl and vault, a session of the pipeline's own IAM role, and CLUSTER, PROVISIONER_ROLE_ARN, VAULT_ADDR.
# That role is named by aws.provisionerPrincipals of the platform, and an access entry of the cluster lets it make tokens
# of the ServiceAccount tenantry-system/provisioner, and nothing else.
set -euo pipefail

export KUBECONFIG="${RUNNER_TEMP:-${CI_PROJECT_DIR:-.}}/provisioner.kubeconfig"
aws eks update-kubeconfig --name "$CLUSTER" --alias provisioner >/dev/null
token() { kubectl create token provisioner --namespace tenantry-system --duration 1h "$@"; }

vault_token=$(vault write -field=token auth/tenantry/login role=provisioner jwt="$(token --audience vault)")
kubectl config set-credentials provisioner --token "$(token)" >/dev/null
kubectl config set-context provisioner --user provisioner >/dev/null
read -r id secret session < <(
  aws sts assume-role --role-arn "$PROVISIONER_ROLE_ARN" --role-session-name tenantry \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text
)

# GitHub then keeps them out of its logs; GitLab does so for variables that are masked.
if [[ -n ${GITHUB_ACTIONS:-} ]]; then
  printf '::add-mask::%s\n' "$vault_token" "$secret" "$session" >&2
fi
printf '%s\n' "KUBECONFIG=$KUBECONFIG" "VAULT_TOKEN=$vault_token" \
  "AWS_ACCESS_KEY_ID=$id" "AWS_SECRET_ACCESS_KEY=$secret" "AWS_SESSION_TOKEN=$session"
