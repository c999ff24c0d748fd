using System.Security.Cryptography;
using System.Text;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>Compiled kernels on disk. The key is everything that the machine code depends on, so a file is right or absent.</summary>
public sealed class GpuKernelCache(string directory)
{
    /// <summary>The user's cache folder for this program.</summary>
    public static string DefaultDirectory
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "streaming", "gpu");
        }
    }

    /// <summary>Name of the file for a source, its options (architecture and definitions included), the compiler's and the driver's version.</summary>
    public static string Key(string source, IEnumerable<string> options, string compiler, int driver)
    {
        var text = string.Join('\n', options.Append(compiler).Append(driver.ToString(System.Globalization.CultureInfo.InvariantCulture)).Append(source));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) + ".cubin";
    }

    /// <summary>The kept machine code, or what <paramref name="compile"/> makes, which is kept. A folder that cannot be written only costs the next start.</summary>
    public byte[] GetOrCompile(string key, Func<byte[]> compile)
    {
        var path = Path.Combine(directory, key);
        if (File.Exists(path)) return File.ReadAllBytes(path);
        var cubin = compile();
        try
        {
            Directory.CreateDirectory(directory);
            // Another process may do the same: a whole file appears under the name, or none.
            var temporary = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllBytes(temporary, cubin);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        return cubin;
    }
}
