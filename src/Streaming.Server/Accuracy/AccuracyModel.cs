using Streaming.Models.Encoders;
using Streaming.Models.Hstu;

namespace Streaming.Server.Accuracy;

/// <summary>A trained model with the vectors of a data set's items.</summary>
internal sealed record AccuracyModel(HstuModel Sequence, ItemVectors Items)
{
    private const int UsersAtATime = 64;

    /// <summary>Loads a model; the items' vectors are its own, or else the encoder's.</summary>
    public static AccuracyModel Load(string modelFolder, string encoderFolder, SequenceLog log, CancellationToken cancellationToken)
    {
        var sequence = HstuModel.Load(modelFolder);
        if (ItemVectors.AreIn(modelFolder))
            return new(sequence, ItemVectors.Load(modelFolder, log.Creatives));
        using var encoder = CreativeEncoder.Load(encoderFolder);
        return new(sequence, ItemVectors.Encode(log.Creatives, encoder, cancellationToken));
    }

    /// <summary>The engine that a users role runs, with room for the users that a replay has under way.</summary>
    public IHstuEngine CreateEngine(HstuKvPrecision precision)
    {
        var config = Sequence.Config;
        var sequenceBytes = (long)config.Window * ((config.Layers * 2 * config.HeadsWidth * sizeof(float)) + sizeof(long));
        // Twice, because sequences grow by pages.
        return new CpuHstuEngine(Sequence, new HstuEngineOptions { CapacityBytes = 2 * UsersAtATime * sequenceBytes, KvPrecision = precision, MaxBatch = UsersAtATime });
    }
}
