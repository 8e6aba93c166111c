{{/* Combinations that values.schema.json cannot describe. Each message names the value and the fix. */}}
{{- define "gateway.checks" -}}
{{- $values := .Values -}}
{{- $max := include "gateway.maxReplicas" . | int -}}
{{- if and (gt $max 1) (include "gateway.isEmbedded" .) -}}
{{- fail "The embedded Airbyte runs as one replica. Set settings.AIRBYTE_API_URL to use another Airbyte, or set replicas to 1 and autoscaling.enabled to false." -}}
{{- end -}}
{{- if and (gt $max 1) (not (include "gateway.hasRedis" .)) -}}
{{- fail "More than one replica needs a shared Redis, or a repeated request with an Idempotency-Key may create twice. Set secrets.REDIS_URL (or settings.REDIS_URL), or set replicas to 1 and autoscaling.enabled to false." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas must not be larger than autoscaling.maxReplicas." -}}
{{- end -}}
{{- if and (not .Values.settings.OIDC_ISSUER) (not .Values.secrets.API_KEYS) (ne (default "" .Values.settings.AUTH) "off") -}}
{{- fail "The gateway serves only authenticated callers. Set secrets.API_KEYS or settings.OIDC_ISSUER, or settings.AUTH to off to allow every request." -}}
{{- end -}}
{{- range $name, $_ := .Values.secrets -}}
{{- if hasKey $values.settings $name -}}
{{- fail (printf "%s is set in settings and in secrets. Set it only once." $name) -}}
{{- end -}}
{{- end -}}
{{- if le (int .Values.shutdown.gracePeriodSeconds) (add 30 (int .Values.shutdown.waitSeconds) | int) -}}
{{- fail "shutdown.gracePeriodSeconds must be longer than shutdown.waitSeconds and 30 s, because the gateway needs up to 30 s to stop." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress needs ingress.hosts: without a name it would take the requests of every host." -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute needs httpRoute.parentRefs, the Gateway that it belongs to." -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) -}}
{{- fail "metrics.serviceMonitor needs metrics.enabled." -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (ne (default "*" .Values.settings.ALLOWED_HOSTS) "*") -}}
{{- fail "Prometheus scrapes a pod by its address, which settings.ALLOWED_HOSTS refuses. Remove ALLOWED_HOSTS, or set metrics.serviceMonitor.enabled to false." -}}
{{- end -}}
{{- end -}}
