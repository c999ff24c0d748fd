using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Streaming.Server.Api;

/// <summary>Lets callers that may change something through: those with the token or, where none is set, those on this machine.</summary>
/// <param name="token">What they send as <c>Authorization: Bearer</c>; null = none is set.</param>
internal sealed class AdminAccess(string? token) : IEndpointFilter
{
    public const string Variable = "STREAMING_ADMIN_TOKEN";

    /// <summary>The token that the environment sets, for instances and commands alike; null = none.</summary>
    public static string? TokenOfEnvironment => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token ? token : null;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (token is null)
        {
            return http.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
                ? await next(context)
                : Results.Problem($"admin calls from other machines need a token: set {Variable} on every instance", statusCode: StatusCodes.Status403Forbidden);
        }
        var given = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
        return CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes($"Bearer {token}"))
            ? await next(context)
            : Results.Problem($"needs 'Authorization: Bearer' with the token of {Variable}", statusCode: StatusCodes.Status401Unauthorized);
    }
}
