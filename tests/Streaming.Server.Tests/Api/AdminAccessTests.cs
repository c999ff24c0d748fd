using System.Net;
using Microsoft.AspNetCore.Http;
using Streaming.Server.Api;

namespace Streaming.Server.Tests.Api;

public sealed class AdminAccessTests
{
    [Theory]
    [InlineData(null, "127.0.0.1", null, true)]
    [InlineData(null, "::1", null, true)]
    [InlineData(null, "10.0.0.7", null, false)]
    [InlineData(null, "10.0.0.7", "Bearer ", false)]
    [InlineData("secret", "10.0.0.7", "Bearer secret", true)]
    [InlineData("secret", "10.0.0.7", "Bearer secre", false)]
    [InlineData("secret", "10.0.0.7", "secret", false)]
    [InlineData("secret", "127.0.0.1", null, false)]
    public async Task A_caller_comes_through_with_the_token_or_from_this_machine_where_there_is_none(string? token, string address, string? authorization, bool comesThrough)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (authorization is not null)
            http.Request.Headers.Authorization = authorization;

        var answer = await new AdminAccess(token).InvokeAsync(EndpointFilterInvocationContext.Create(http), _ => ValueTask.FromResult<object?>("done"));

        Assert.Equal(comesThrough, answer is "done");
        if (!comesThrough)
            Assert.Equal(token is null ? 403 : 401, ((IStatusCodeHttpResult)answer!).StatusCode);
    }
}
