using System.Net;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Metrics;
using Streaming.Server.Output;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>The HTTP side of an instance: probes, metrics, features, history and memory search.</summary>
internal sealed partial class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PrometheusExporter _exporter;
    private readonly ProcessMetrics _process;
    private readonly InstanceRouter _router;
    private readonly InstanceClient _client;

    private ApiHost(WebApplication app, PrometheusExporter exporter, ProcessMetrics process, InstanceRouter router, InstanceClient client) =>
        (_app, _exporter, _process, _router, _client) = (app, exporter, process, router, client);

    /// <summary>Address that it listens on, with the real port.</summary>
    public string Url => _app.Urls.First();

    public static async Task<ApiHost> StartAsync(Platform platform, ApiOptions options, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.Services.AddSingleton(loggers);
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = Answer.Json.PropertyNamingPolicy;
            o.SerializerOptions.DefaultIgnoreCondition = Answer.Json.DefaultIgnoreCondition;
            o.SerializerOptions.Encoder = Answer.Json.Encoder;
        });
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        var app = builder.Build();
        app.Use(ExplainBadRequestAsync);
        var exporter = new PrometheusExporter();
        var process = new ProcessMetrics();
        var router = new InstanceRouter(platform, loggers.CreateLogger<InstanceRouter>());
        var client = new InstanceClient();
        platform.Metrics.Observe("streaming.instances", "{instance}", "Instances of the topology that are known to be alive, this one included", () => [new(router.Live)]);
        HealthEndpoints.Map(app, platform, exporter);
        UserEndpoints.Map(app, platform, router, client);
        CreativeEndpoints.Map(app, platform);
        var local = new LocalMemory(platform);
        var gathered = new GatheredMemory(platform, local, router, client);
        MemoryEndpoints.Map(app, platform, local, gathered);
        var access = new AdminAccess(options.AdminToken);
        MemoryFilterEndpoints.Map(app, platform, gathered, access);
        MemoryAdminEndpoints.Map(app, platform, gathered, access);
        MemoryDropEndpoint.Map(app, platform, access);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            throw new CommandException($"--http '{options.Url}': {e.Message}");
        }
        var host = new ApiHost(app, exporter, process, router, client);
        LogListening(loggers.CreateLogger<ApiHost>(), host.Url);
        router.Start(options.Advertise ?? Reachable(new Uri(host.Url)));
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        // First, so that the others no longer ask it.
        await _router.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _client.Dispose();
        _process.Dispose();
        _exporter.Dispose();
    }

    // An address that stands for every interface is nobody's.
    private static Uri Reachable(Uri listening) =>
        listening.Host is "0.0.0.0" or "[::]" ? new UriBuilder(listening) { Host = Dns.GetHostName() }.Uri : listening;

    private static async Task ExplainBadRequestAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e)
        {
            await Problem.Unreadable(e).ExecuteAsync(context);
        }
    }

    [LoggerMessage(503, LogLevel.Information, "HTTP API on {Url}")]
    private static partial void LogListening(ILogger logger, string url);
}
