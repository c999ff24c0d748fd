using Streaming.Core.Validation;

namespace Streaming.Server.Api;

/// <summary>Error answers (RFC 9457) that name what is wrong.</summary>
internal static class Problem
{
    public static IResult NotFound(string what) => Results.Problem(what, statusCode: StatusCodes.Status404NotFound);

    /// <summary>It was there once, and is not kept any more.</summary>
    public static IResult Gone(string what) => Results.Problem(what, statusCode: StatusCodes.Status410Gone);

    public static IResult Invalid(Violation violation) => Results.Problem(violation.ToString(), statusCode: StatusCodes.Status400BadRequest);

    public static IResult Invalid(string field, object? value, string rule) =>
        Results.Problem($"{field} = '{value}': {rule}", statusCode: StatusCodes.Status400BadRequest);

    /// <summary>The topology does not have what is asked for.</summary>
    public static IResult Conflict(string what) => Results.Problem(what, statusCode: StatusCodes.Status409Conflict);

    /// <summary>A query, a path or a body that is not what the endpoint reads; the message names the parameter, or the path in the JSON.</summary>
    public static IResult Unreadable(BadHttpRequestException failure) =>
        Results.Problem(failure.InnerException?.Message ?? failure.Message, statusCode: failure.StatusCode);

    /// <summary>Who holds the answer does not give it now: ask again.</summary>
    public static IResult Unavailable(string what) => Results.Problem(what, statusCode: StatusCodes.Status503ServiceUnavailable);

    /// <summary>This instance does not hold the answer; another one does.</summary>
    public static IResult NotHere(string what) => Results.Problem(what, statusCode: StatusCodes.Status421MisdirectedRequest);
}
