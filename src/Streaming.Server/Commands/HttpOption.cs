using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary>The option that says where the HTTP API listens.</summary>
internal static class HttpOption
{
    public static Option<string> Create(string description, string otherwise)
    {
        var option = new Option<string>("--http") { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : otherwise;
            if (!IsAddress(text))
                result.AddError($"--http '{text}': must be an address such as http://127.0.0.1:8080 or http://*:8080");
        });
        return option;
    }

    private static bool IsAddress(string text)
    {
        try
        {
            return BindingAddress.Parse(text) is { Scheme: "http", Host.Length: > 0 };
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
