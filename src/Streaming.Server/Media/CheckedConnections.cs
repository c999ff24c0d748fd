using System.Net;
using System.Net.Sockets;
using Streaming.Core.Creatives;

namespace Streaming.Server.Media;

/// <summary>
/// Connects to addresses that were checked, not to names: between a check of a name and a connection to it, the name may come to lead elsewhere (DNS
/// rebinding). All addresses of a name must be allowed, so that a mixed answer is no lottery.
/// </summary>
internal sealed class CheckedConnections(MediaUriPolicy policy, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    public HttpMessageInvoker Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = ConnectAsync,
        // Each redirect is checked like the first address, by the fetcher. A proxy would connect for us, and check nothing.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    });

    /// <exception cref="AddressRefusedException">An address of the host is not allowed.</exception>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (Array.Find(addresses, a => !policy.Allows(a)) is { } refused)
            throw new AddressRefusedException(host, refused);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
