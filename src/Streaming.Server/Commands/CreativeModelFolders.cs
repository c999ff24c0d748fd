namespace Streaming.Server.Commands;

/// <summary>Where a creative model is, on every instance; null = as in the model in effect.</summary>
/// <param name="Encoder">Folder of the encoder.</param>
/// <param name="Codebook">Folder of the codebook.</param>
/// <param name="UserModel">Folder of the user model that goes with it.</param>
internal sealed record CreativeModelFolders(string? Encoder, string? Codebook, string? UserModel);
