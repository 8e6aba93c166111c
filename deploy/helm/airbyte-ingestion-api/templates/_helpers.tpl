{{- define "gateway.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "gateway.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gateway.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "gateway.selectorLabels" . }}
{{- end -}}

{{- define "gateway.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "gateway.name" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{/* Not empty if the gateway starts its embedded Airbyte. */}}
{{- define "gateway.isEmbedded" -}}
{{- if not .Values.settings.AIRBYTE_API_URL -}}true{{- end -}}
{{- end -}}

{{/* Not empty if replicas share a Redis. */}}
{{- define "gateway.hasRedis" -}}
{{- if or .Values.settings.REDIS_URL .Values.secrets.REDIS_URL -}}true{{- end -}}
{{- end -}}

{{/* Not empty if DATA_DIR is used: by the embedded Airbyte, or for the event log of a single replica. */}}
{{- define "gateway.usesDataDir" -}}
{{- if include "gateway.isEmbedded" . -}}true
{{- else if and (not (include "gateway.hasRedis" .)) .Values.persistence.enabled -}}true
{{- end -}}
{{- end -}}

{{/* The largest number of replicas. */}}
{{- define "gateway.maxReplicas" -}}
{{- if .Values.autoscaling.enabled -}}{{ .Values.autoscaling.maxReplicas }}{{- else -}}{{ .Values.replicas }}{{- end -}}
{{- end -}}

{{/* YAML numbers are floating point here; a large one would print as 1e+06. */}}
{{- define "gateway.settingText" -}}
{{- if kindIs "float64" . -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* Probes have the address of the pod as Host. ALLOWED_HOSTS would refuse it, so they send the first allowed name. */}}
{{- define "gateway.probe" -}}
path: {{ .path }}
port: http
{{- $hosts := default "*" .root.Values.settings.ALLOWED_HOSTS }}
{{- if ne $hosts "*" }}
httpHeaders:
  - name: Host
    value: {{ first (splitList "," $hosts) | trim | quote }}
{{- end }}
{{- end -}}
