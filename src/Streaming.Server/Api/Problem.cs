using System.Globalization;
using Streaming.Core.Validation;

namespace Streaming.Server.Api;

/// <summary>Error answers (RFC 9457) that name what is wrong: in words, and where it is a field of the question also as <c>field</c>, <c>value</c> and <c>rule</c>.</summary>
internal static class Problem
{
    public static IResult NotFound(string what) => Results.Problem(what, statusCode: StatusCodes.Status404NotFound);

    /// <summary>A field names what does not exist, such as a namespace: the question would be wrong for any key.</summary>
    public static IResult NotFound(string field, string value, string what) => Named(StatusCodes.Status404NotFound, what, field, value);

    /// <summary>A field names what was there once, and is not kept any more.</summary>
    public static IResult Gone(string field, string value, string what) => Named(StatusCodes.Status410Gone, what, field, value);

    public static IResult Invalid(Violation violation) =>
        Named(StatusCodes.Status400BadRequest, violation.ToString(), violation.Field, violation.Value, violation.Rule);

    public static IResult Invalid(string field, object? value, string rule)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture);
        return Named(StatusCodes.Status400BadRequest, $"{field} = '{text}': {rule}", field, text ?? "", rule);
    }

    /// <summary>Another instance's answer, as it was.</summary>
    public static IResult Named(int status, string? what, string? field, string? value, string? rule = null)
    {
        var names = new (string Name, string? Text)[] { ("field", field), ("value", value), ("rule", rule) };
        return Results.Problem(what, statusCode: status, extensions: names.Where(n => n.Text is not null).ToDictionary(n => n.Name, n => (object?)n.Text));
    }

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
