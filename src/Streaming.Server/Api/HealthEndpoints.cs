using Streaming.Models.Encoders;
using Streaming.Server.Composition;
using Streaming.Server.Metrics;

namespace Streaming.Server.Api;

/// <summary>Probes and metrics.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] Endpoints =
        [
            "/livez", "/readyz", "/metrics", "/v1/users/{id}", "/v1/users/{id}/history", "/v1/creatives/{id}", "/v1/memory", "/v1/memory/{namespace}/search", "/v1/memory/{namespace}/entries/{id}",
            "/v1/memory/{namespace}/retrain", "/v1/memory/{namespace}/compact",
        ];

    public static void Map(IEndpointRouteBuilder app, Platform platform, PrometheusExporter exporter)
    {
        app.MapGet("/livez", () => platform.Completion.IsFaulted
            ? Results.Json(new { live = false, reason = platform.Completion.Exception!.InnerException!.Message }, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new { live = true }));
        app.MapGet("/readyz", () =>
        {
            var reasons = platform.NotReady();
            return Results.Json(new { ready = reasons.Count == 0, reasons }, statusCode: reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        app.MapGet("/metrics", () =>
        {
            using var text = new StringWriter();
            exporter.Write(text);
            return Results.Text(text.ToString(), PrometheusText.ContentType);
        });
        app.MapGet("/", () => Results.Json(new
        {
            topology = platform.Topology.Name,
            roles = platform.Roles.ToString(),
            model = new { version = platform.RunningModel.Version, trained = platform.RunningModel.Trained },
            encoder = new { version = Encoder(platform).Version, trained = Encoder(platform).Manifest.Trained },
            codebook = new { version = (platform.Versions.RunningInEffect?.Model.Codebook ?? platform.Models.Codebook).Version },
            endpoints = Endpoints,
        }));
    }

    private static CreativeEncoder Encoder(Platform platform) => platform.Versions.RunningInEffect?.Model.Encoder ?? platform.Models.Encoder;
}
