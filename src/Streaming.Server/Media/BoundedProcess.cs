using System.Diagnostics;
using System.Text;

namespace Streaming.Server.Media;

/// <summary>What a process said before it ended or was killed.</summary>
/// <param name="Output">Standard output, up to the bound.</param>
/// <param name="Words">Standard error, up to the bound.</param>
/// <param name="Overran">It wanted to say more on standard output, and was killed.</param>
internal sealed record BoundedProcess(byte[] Output, string Words, bool Overran)
{
    /// <summary>Runs a program with nothing to read. It does not outlive the call.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; it was killed.</exception>
    public static async Task<BoundedProcess> RunAsync(string program, IEnumerable<string> arguments, int maxOutputBytes, int maxWordsBytes, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment.Clear();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        try
        {
            process.StandardInput.Close();
            var words = ReadAsync(process.StandardError.BaseStream, maxWordsBytes, null, cancellationToken);
            var output = await ReadAsync(process.StandardOutput.BaseStream, maxOutputBytes, process, cancellationToken).ConfigureAwait(false);
            var said = await words.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new(output.Bytes, Encoding.UTF8.GetString(said.Bytes), output.Overran);
        }
        finally
        {
            Kill(process);
        }
    }

    // Words beyond the bound are read and dropped, so that the process does not wait for a reader; output beyond it ends the process.
    private static async Task<(byte[] Bytes, bool Overran)> ReadAsync(Stream stream, int maxBytes, Process? killed, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            var room = (int)Math.Min(read, maxBytes - kept.Length);
            kept.Write(buffer, 0, room);
            if (room == read || killed is null)
                continue;
            Kill(killed);
            return (kept.ToArray(), true);
        }
        return (kept.ToArray(), false);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
