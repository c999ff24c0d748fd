using System.Text.Json;
using Streaming.Server.Commands;
using Streaming.Server.Output;

namespace Streaming.Server.Codebooks;

/// <summary>A file of JSON lines, one a finished experiment, that only grows. What it holds is not done again.</summary>
internal sealed class ExperimentLog
{
    private readonly string _path;
    private readonly List<SweepResult> _results;

    private ExperimentLog(string path, List<SweepResult> results) => (_path, _results) = (path, results);

    /// <summary>Reads the log; none is an empty one.</summary>
    /// <exception cref="CommandException">A line is no result: the message names it.</exception>
    public static ExperimentLog Open(string path)
    {
        List<SweepResult> results = [];
        foreach (var (line, number) in (File.Exists(path) ? File.ReadAllLines(path) : []).Select((line, index) => (line, index + 1)))
        {
            try
            {
                if (line.Length > 0)
                    results.Add(JsonSerializer.Deserialize<SweepResult>(line, Answer.Json) ?? throw new JsonException("null"));
            }
            catch (JsonException cause)
            {
                throw new CommandException($"{path}, line {number}: no result of an experiment: {cause.Message}");
            }
        }
        return new ExperimentLog(path, results);
    }

    /// <summary>The newest result of an experiment on the same data by the same study, or null.</summary>
    public SweepResult? Find(SweepExperiment experiment, string data) => Known(data).LastOrDefault(result => result.Experiment == experiment);

    /// <summary>The newest results of given codebooks and IDs on the same data by the same study, in the order of their names.</summary>
    public IEnumerable<SweepResult> Given(string data) => Known(data)
        .Where(result => result.Experiment.Source.Length > 0)
        .GroupBy(result => result.Experiment)
        .Select(same => same.Last())
        .OrderBy(result => result.Experiment.Method, StringComparer.Ordinal).ThenBy(result => result.Experiment.Source, StringComparer.Ordinal);

    /// <summary>Appends a result, at once: an interrupted study goes on where it was.</summary>
    public void Append(SweepResult result)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(_path)) is { } folder)
            Directory.CreateDirectory(folder);
        File.AppendAllText(_path, Answer.Line(result) + "\n");
        _results.Add(result);
    }

    private IEnumerable<SweepResult> Known(string data) => _results.Where(result => result.Data == data && result.Study == SweepResult.CurrentStudy);
}
