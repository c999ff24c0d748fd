namespace Streaming.Server.Api;

/// <summary>The answer to a creative model that the registry does not know.</summary>
internal static class CreativeVersionProblem
{
    public static IResult NotKnown(string version, IEnumerable<string> known) =>
        Problem.NotFound("version", version, $"version = '{version}': no such creative model; there are: {string.Join(", ", known.DefaultIfEmpty("none, as nothing was staged"))}");
}
