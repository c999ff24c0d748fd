namespace Streaming.Models.Hstu.Gpu;

/// <summary>A call of the CUDA driver or of NVRTC failed. The engine that it happened in is unusable: the caller disposes it and rebuilds its sequences.</summary>
public sealed class CudaException(string message) : Exception(message);
