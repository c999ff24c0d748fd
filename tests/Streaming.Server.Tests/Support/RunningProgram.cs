using System.Diagnostics;
using System.Text;

namespace Streaming.Server.Tests.Support;

/// <summary>The program while it runs. Disposing kills it if it still does.</summary>
internal sealed class RunningProgram : IDisposable
{
    /// <summary>Far over what any command of these tests needs on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _said;

    public RunningProgram(ProcessStartInfo start, string input)
    {
        _process = Process.Start(start)!;
        _said = Task.WhenAll(CollectAsync(_process.StandardOutput, _output), CollectAsync(_process.StandardError, _error));
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => TextOf(_output);

    /// <summary>What it has written to standard error so far.</summary>
    public string Error => TextOf(_error);

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It does not end; the message is what it said.</exception>
    public async Task<ProgramResult> EndAsync()
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _said).WaitAsync(Patience);
            return new(_process.ExitCode, Output, Error);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{_process.StartInfo.Arguments}' runs after {Patience.TotalSeconds:0} s; it said: {Output}{Error}");
        }
    }

    /// <summary>SIGKILL; back when it is gone.</summary>
    public async Task<ProgramResult> KillAsync()
    {
        _process.Kill();
        return await EndAsync();
    }

    /// <summary>SIGTERM, as an orchestrator stops an instance.</summary>
    public async Task<ProgramResult> TerminateAsync()
    {
        using var kill = Process.Start("bash", ["-c", "kill -TERM $0", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        return await EndAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task CollectAsync(StreamReader reader, StringBuilder into)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (into)
                into.AppendLine(line);
        }
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
