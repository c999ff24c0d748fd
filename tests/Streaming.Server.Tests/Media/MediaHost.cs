using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Streaming.Server.Tests.Media;

/// <summary>A web host on loopback that answers as it is told; it counts what it is asked.</summary>
internal sealed class MediaHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private MediaHost(WebApplication app) => _app = app;

    public int Port { get; private set; }

    public int Asked => _asked;

    public string Authority => $"127.0.0.1:{Port}";

    public static async Task<MediaHost> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var host = new MediaHost(builder.Build());
        host._app.Run(context =>
        {
            Interlocked.Increment(ref host._asked);
            return answer(context);
        });
        await host._app.StartAsync();
        host.Port = new Uri(host._app.Urls.Single()).Port;
        return host;
    }

    public string Uri(string path) => $"http://{Authority}{path}";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
