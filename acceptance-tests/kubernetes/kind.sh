#!/usr/bin/env bash
# The images and deploy/kubernetes/sync on a node of kind, whose kubelet is the real one: confined pods, the named pipe between two containers,
# and pods that are deleted while they run. Needs Docker, kind, kubectl, jq and socat; `npm ci` was run. CI runs it weekly (habits.yml).
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
cluster=s3-connectors
cleanup() {
  kill "${server:-}" "${proxy:-}" 2>/dev/null || true
  kind delete cluster --name "$cluster"
  rm -rf "$folder"
}
trap cleanup EXIT

kind create cluster --name "$cluster" --wait 120s
version=$(jq -r .version package.json)
PREFIX=ghcr.io/s3-connectors/s3-connectors/ npm run image -- source-s3 destination-s3-batch
for name in source-s3 destination-s3-batch; do
  kind load docker-image --name "$cluster" "ghcr.io/s3-connectors/s3-connectors/$name:$version"
done

# The S3 server is on this machine's loopback; the node reaches it by the gateway of its network.
mkdir -p "$folder/objects/exports/users"
for file in $(seq 0 95); do
  for row in $(seq 0 39); do echo "{\"id\":$((file * 1000 + row))}"; done > "$folder/objects/exports/users/$file.jsonl"
done
node_modules/.bin/node tools/s3-server/main.ts --bucket publisher-data --port 19000 --directory "$folder/objects" &
server=$!
gateway=$(docker network inspect kind | jq -r '[.[0].IPAM.Config[].Gateway // empty | select(test("^[0-9.]+$"))][0]')
socat "TCP-LISTEN:19001,bind=$gateway,fork,reuseaddr" TCP:127.0.0.1:19000 &
proxy=$!

place="\"bucket\":\"publisher-data\",\"region\":\"eu-central-1\",\"endpoint\":\"http://$gateway:19001\",\"allow_http\":true"
place="$place,\"credentials\":{\"auth_type\":\"default_chain\"}"
echo "{$place,\"schema_prefixes\":[\"exports\"],\"data_format\":{\"format\":\"jsonl\"},\"data_partitioning\":{\"mode\":\"partitioned\"}}" \
  > "$folder/source.json"
echo "{$place,\"prefix\":\"permutive\",\"output_format\":\"json\"}" > "$folder/destination.json"
printf 'AWS_ACCESS_KEY_ID=AKIATEST\nAWS_SECRET_ACCESS_KEY=test\n' > "$folder/login.env"
cp -r deploy/kubernetes/sync "$folder/sync"
cat > "$folder/kustomization.yaml" <<END
namespace: sync
resources: [sync]
secretGenerator:
  - { name: s3-sync-source, behavior: replace, files: [source.json] }
  - { name: s3-sync-destination, behavior: replace, files: [destination.json] }
  - { name: s3-sync-source-aws, envs: [login.env] }
  - { name: s3-sync-destination-aws, envs: [login.env] }
patches:
  # The policy allows S3 at public addresses alone, and the node of kind has room for two pods.
  - patch: '{ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": "s3-sync" }, "\$patch": "delete" }'
  - target: { kind: CronJob }
    patch: '[{ "op": "replace", "path": "/spec/jobTemplate/spec/parallelism", "value": 2 }]'
END

kubectl create namespace sync
kubectl label namespace sync pod-security.kubernetes.io/enforce=restricted
kubectl apply -k "$folder" --validate=strict
kubectl create job --from=cronjob/s3-sync run -n sync
for _ in 1 2 3; do
  sleep 8
  pod=$(kubectl get pods -n sync -l job-name=run --field-selector=status.phase=Running -o name | head -1)
  [ -z "$pod" ] || kubectl delete -n sync "$pod" --grace-period=1
done
if ! kubectl wait --for=condition=Complete job/run -n sync --timeout=900s; then
  kubectl describe pods -n sync | tail -100
  kubectl logs -n sync -l job-name=run --all-containers --tail=20
  exit 1
fi
rows=$(curl -fsS "http://127.0.0.1:19000/publisher-data/permutive/_manifests/users/latest.json" | jq -r '"\(.run.id) \(.rows)"')
[ "$rows" = 'run 3840' ] || { echo "latest.json: $rows, not run 3840" >&2; exit 1; }
echo "3840 rows of 96 files, published once by a run of eight pods"
