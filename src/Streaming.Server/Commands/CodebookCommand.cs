using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook</c>: train, measure, compare and study codebooks of semantic IDs.</summary>
internal static class CodebookCommand
{
    public static Command Create() => new("codebook", "Work with codebooks of semantic IDs")
    {
        CodebookTrainCommand.Create(),
        CodebookEvalCommand.Create(),
        CodebookDiffCommand.Create(),
        CodebookSweepCommand.Create(),
        CodebookExportCommand.Create(),
    };

    private const string Described = "The data set whose creatives are embedded: ml-latest-small, amazon-industrial, amazon-beauty or what `streaming export` wrote, recognised by its files";

    /// <summary>The data set of a subcommand.</summary>
    internal static Argument<string> DataSet() =>
        new("directory") { Description = Described };

    /// <summary>Data sets whose creatives are taken together.</summary>
    internal static Argument<string[]> DataSets() => new("directory") { Description = Described + "; of several the creatives are taken together", Arity = ArgumentArity.OneOrMore };

    /// <summary>The encoder of a subcommand.</summary>
    internal static Option<string?> Encoder() => new("--encoder") { Description = "The encoder's folder [default: models/encoder-default of the installation]" };

    /// <summary>The threshold of the collapse alarm.</summary>
    internal static Option<double> LeastPerplexity() => new("--least-perplexity")
    {
        Description = "A layer has collapsed when its perplexity is below this share of its codes (or of the creatives, where they are fewer)",
        DefaultValueFactory = _ => Streaming.Models.SemanticIds.CodebookAlarm.Default.LeastPerplexity,
    };
}
