using Streaming.Core.Topologies;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Streaming.Server.Topologies;

/// <summary>A topology read from YAML, and where its model folders are.</summary>
/// <param name="Topology">The validated topology.</param>
/// <param name="BaseDirectory">What relative paths in it start from: the folder above the file's.</param>
public sealed record TopologyFile(Topology Topology, string BaseDirectory)
{
    /// <summary>Reads and validates a file.</summary>
    /// <exception cref="TopologyException">It cannot be read, is not YAML, holds an unknown key, or breaks rules.</exception>
    public static TopologyFile Read(string path)
    {
        var topology = Parse(path);
        var violations = TopologyValidator.Validate(topology);
        if (violations.Count > 0)
            throw new TopologyException($"{path}: {string.Join("; ", violations)}");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new(topology, Path.GetDirectoryName(folder) ?? folder);
    }

    /// <summary>A folder named in the topology.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, BaseDirectory);

    private static Topology Parse(string path)
    {
        try
        {
            var deserializer = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithEnumNamingConvention(UnderscoredNamingConvention.Instance)
                .WithTypeConverter(new DurationConverter())
                .WithTypeConverter(new SizeConverter())
                .Build();
            return deserializer.Deserialize<Topology>(File.ReadAllText(path)) ?? throw new TopologyException($"{path}: the file is empty");
        }
        catch (YamlException e)
        {
            throw new TopologyException($"{path}:{e.Start.Line}:{e.Start.Column}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TopologyException($"{path}: {e.Message}", e);
        }
    }
}
