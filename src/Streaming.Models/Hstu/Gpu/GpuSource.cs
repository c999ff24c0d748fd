namespace Streaming.Models.Hstu.Gpu;

/// <summary>The CUDA sources, which lie in this assembly.</summary>
internal static class GpuSource
{
    private const string Folder = "Kernels/", PrefillFolder = "Kernels/Prefill/";

    /// <summary>The step: the files of Kernels, one behind the other in the order of their names.</summary>
    public static string Step()
    {
        var names = typeof(GpuSource).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && !name.StartsWith(PrefillFolder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return string.Concat(names.Select(Read));
    }

    /// <summary>The prefill: its files with what they include in its place, as the run-time compiler has no folder to look into.</summary>
    public static string Prefill()
    {
        var included = new HashSet<string>();
        return Expand("embed.cuh", included) + Expand("attend.cuh", included);
    }

    private static string Expand(string file, HashSet<string> included)
    {
        if (!included.Add(file)) return "";
        var lines = Read(PrefillFolder + file).Split('\n').Select((line, index) =>
            line.StartsWith("#pragma once", StringComparison.Ordinal) ? ""
            : line.StartsWith("#include \"", StringComparison.Ordinal) ? $"{Expand(line.Split('"')[1], included)}#line {index + 2} \"{file}\""
            : line);
        return $"#line 1 \"{file}\"\n{string.Join('\n', lines)}\n";
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(GpuSource).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
