namespace Streaming.Runtime.Creatives;

/// <summary>What the creative tasks of one stream thread share.</summary>
public sealed record CreativeServices(ICreativeMediaReader Media, ICreativeEncoder Encoder, ISemanticIdAssigner Codebook, ICreativeTagger Tagger, TimeProvider Clock);
