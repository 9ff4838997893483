// Metrics that are sent once a minute, and when the bot ends, to OTEL_EXPORTER_OTLP_ENDPOINT; by default to http://localhost:4318.
import { randomUUID } from 'node:crypto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

const resource = resourceFromAttributes({ 'service.name': 'bot', 'service.instance.id': randomUUID() });
const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() });
export const provider = new MeterProvider({ resource, readers: [reader] });
export const meter = provider.getMeter('bot');
