using System.ComponentModel;
using System.Diagnostics;

namespace Streaming.Models.Tests.Encoders;

public sealed class HashedEncoderTests
{
    [PythonFact]
    public async Task Training_script_makes_the_committed_bytes()
    {
        using var directory = new TemporaryDirectory();
        var script = Path.Combine(RepositoryFiles.Root, "training", "encoder", "make_hashed_encoder.py");
        var start = new ProcessStartInfo("python3", ["-B", script, "--out", directory.Path]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await errors);

        foreach (var name in (string[])["encoder.onnx", "manifest.json"])
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(RepositoryFiles.HashedEncoder, name)), await File.ReadAllBytesAsync(directory.File(name)));
    }

    /// <summary>Skipped where python3 cannot be started.</summary>
    private sealed class PythonFactAttribute : FactAttribute
    {
        public PythonFactAttribute()
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo("python3", ["--version"]) { RedirectStandardOutput = true });
                process!.WaitForExit();
            }
            catch (Win32Exception)
            {
                Skip = "python3 is not installed.";
            }
        }
    }
}
