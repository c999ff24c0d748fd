using Streaming.Core.Contracts;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Registry;

/// <summary>Makes a promoted model ready to run.</summary>
public interface ISequenceModelLoader
{
    /// <summary>Loads and checks a model. Off the stream thread; may take seconds.</summary>
    /// <exception cref="ModelRefusedException">It is not there, not what was promoted, or does not fit this instance; the caller keeps the model that it has.</exception>
    ISequenceModel Load(ModelPromotion promotion);
}
