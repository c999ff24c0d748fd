using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary>An option that takes an absolute http or https URL.</summary>
internal static class UrlOption
{
    public static Option<Uri?> Create(string name, string description, string? otherwise = null)
    {
        var option = new Option<Uri?>(name)
        {
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                    return url;
                result.AddError($"{name} '{text}': must be a URL such as http://127.0.0.1:8080");
                return null;
            },
        };
        if (otherwise is not null)
            option.DefaultValueFactory = _ => new Uri(otherwise);
        return option;
    }
}
