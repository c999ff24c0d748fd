using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Users;

/// <summary>
/// The model failed on a batch of checked tokens. Which of them were applied is not known, so all tasks of the thread go back to their last
/// commit and every K/V state is rebuilt; if it happens again and again, the role stops.
/// </summary>
public sealed class SequenceModelException(string message, Exception inner) : RestoreException(message, inner);
