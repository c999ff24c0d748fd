using Streaming.Memory;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>A namespace under a creative model: where its entries come from, and the part of it that this instance holds.</summary>
/// <param name="Inputs">The partitions that feed it.</param>
/// <param name="Here">The part held here; null = none.</param>
internal sealed record NamespacePlace(NamespaceInputs Inputs, VectorNamespace? Here)
{
    /// <param name="platform">This instance.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="version">The creative model; null = the one in effect.</param>
    /// <returns>The place, or what does not exist.</returns>
    public static (NamespacePlace? Place, IResult? Unknown) Find(Platform platform, string name, string? version)
    {
        if (version is not null && platform.Versions.Known.All(v => v.ModelVersion != version))
            return (null, CreativeVersionProblem.NotKnown(version, platform.Versions.Known.Select(v => v.ModelVersion)));
        var model = VersionOf(platform, version);
        return NamespaceInputs.Of(platform, name, model) is { } inputs
            ? (new(inputs, platform.NamespacesOf(model).GetValueOrDefault(name)), null)
            : (null, Problem.NotFound("namespace", name, $"namespace '{name}' does not exist; there are: {string.Join(", ", platform.Topology.Memory.Select(n => n.Name))}"));
    }

    /// <summary>What runs here for a creative model; null when that is the topology's.</summary>
    public static CreativeVersion? VersionOf(Platform platform, string? version) =>
        version is null ? platform.Versions.RunningInEffect : platform.Versions.Running.GetValueOrDefault(version);

    /// <summary>What an instance without a part of it answers when it is asked for its part.</summary>
    public IResult NotHere => Problem.NotHere($"namespace '{Inputs.Name}' is kept by the memory role, which this instance does not have");
}
