// Metrics for Prometheus, which reads them from http://127.0.0.1:9464/metrics.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const exporter = new PrometheusExporter({ host: '127.0.0.1', port: Number(process.env.METRICS_PORT ?? 9464) });
export const provider = new MeterProvider({ readers: [exporter] });
export const meter = provider.getMeter('bot');
