using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Server.Accuracy;
using Streaming.Server.Commands;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Codebooks;

/// <summary>A data set's creatives with their embeddings by one encoder, and who met them in which order. Immutable.</summary>
/// <param name="Log">Creatives and events.</param>
/// <param name="Rows">An embedding for each creative, in their order, row-major.</param>
/// <param name="Dimension">Numbers of an embedding.</param>
/// <param name="EncoderVersion">The encoder that made them.</param>
internal sealed record Catalogue(SequenceLog Log, float[] Rows, int Dimension, string EncoderVersion)
{
    /// <summary>How many creatives there are.</summary>
    public int Count => Log.Creatives.Count;

    /// <summary>Reads a data set and encodes its creatives.</summary>
    /// <exception cref="DataSetException">The data set is malformed: show the message.</exception>
    public static Catalogue Read(string directory, string? encoderFolder, Progress progress, CancellationToken cancellationToken)
    {
        var log = SequenceLog.Read(DataSets.Open(directory));
        using var encoder = CreativeEncoder.Load(encoderFolder ?? Installation.Find(Path.Combine("models", "encoder-default")));
        var rows = new float[log.Creatives.Count * encoder.Dimension];
        var encoding = progress.Begin("encode", log.Creatives.Count);
        for (var i = 0; i < log.Creatives.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            encoder.Encode([CreativeTextComposer.Compose(log.Creatives[i])], rows.AsSpan(i * encoder.Dimension, encoder.Dimension));
            encoding.Advance();
        }
        return new Catalogue(log, rows, encoder.Dimension, encoder.Version);
    }

    /// <summary>The semantic IDs that a codebook gives.</summary>
    /// <exception cref="CommandException">It is for another encoder.</exception>
    public SemanticIdTable Assign(Codebook codebook)
    {
        if (codebook.Info.EncoderVersion != EncoderVersion || codebook.Dimension != Dimension)
        {
            throw new CommandException(
                $"codebook {codebook.Version} is for encoder {codebook.Info.EncoderVersion} with {codebook.Dimension} numbers, but the encoder is {EncoderVersion} with {Dimension}: name another with --encoder");
        }
        return SemanticIdTable.Of(codebook, Rows);
    }
}
