using System.Runtime.CompilerServices;
using Streaming.Models.Hstu.Gpu.Prefill;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>Runs an HSTU model on an NVIDIA GPU, with the keys and values of its sequences in device memory.</summary>
/// <remarks>
/// One staging copy up, one launch for all layers (above 1,000 rows one for each phase), and embeddings that the kernel writes into the host's memory; Kernels/1-Shape.cu says how it works,
/// docs/decisions/0012 why. Weights of the layers and keys and values are bfloat16 (or fp8), sums float32: results equal the CPU engine's to
/// bfloat16 rounding. <b>A user's numbers are the same bits</b> in any batch, wherever the ring starts, and by <see cref="Step"/> or
/// <see cref="Append(IHstuSequence, ReadOnlySpan{HstuToken})"/>, unless the options ask for <see cref="GpuPrefill.TensorCores"/>; another device's may
/// differ. One owner thread at a time.
/// </remarks>
public sealed unsafe class HstuGpuEngine : IHstuEngine
{
    private readonly GpuContext _context;
    private readonly GpuShape _shape;
    private readonly GpuKernel _kernel;
    private readonly GpuPages _pages;
    private readonly GpuStopwatch? _watch;
    private readonly GpuStepArguments _fixed;
    private readonly GpuRows _rows;
    private readonly GpuBatchOrder _order;
    private readonly TensorCorePrefill? _prefill;
    private readonly bool _twoRows;
    private readonly (nint Host, nint Device) _input;
    private readonly (nint Host, nint Device) _output;
    private readonly GpuPageTable _pageTable;
    private readonly nint _inputOnDevice;
    private uint _barrierBase;
    private long _stamp;
    private bool _faulted;
    private bool _disposed;

    /// <summary>Compiles the kernel for the device (or takes it from the cache), and takes all device memory.</summary>
    /// <exception cref="ArgumentException">An option is not valid, or the model is beyond what the kernel can do.</exception>
    /// <exception cref="InvalidOperationException">There is no usable GPU here; the message says what is missing. The caller takes the CPU engine.</exception>
    /// <exception cref="CudaException">The device has too little memory, or the driver failed.</exception>
    public HstuGpuEngine(HstuModel model, HstuGpuOptions options)
    {
        if (options.Validate() is { Count: > 0 } violations) throw new ArgumentException($"The GPU engine's options are not valid: {string.Join("; ", violations)}");
        if (GpuAvailability.Check(options.Device) is { IsAvailable: false } no) throw new InvalidOperationException(no.Message);
        Model = model;
        MaxBatch = options.MaxBatch;
        _order = new GpuBatchOrder(MaxBatch);
        _shape = new GpuShape(model.Config, options.KeyValueFormat, options.Prefill);
        _twoRows = model.Config.TimeAnchor == HstuTimeAnchor.Next && model.Config.TimeBias;
        var pageCount = options.KeyValueBytes / _shape.PageBytes;
        if (pageCount < _shape.RingPages)
            throw new ArgumentException($"KeyValueBytes is {options.KeyValueBytes}; one full sequence of this model takes {MaxSequenceBytes}");
        _pages = new GpuPages((int)Math.Min(pageCount, int.MaxValue), options.MaxSequences, _shape.RingPages);

        _context = new GpuContext(options.Device);
        try
        {
            var cache = new GpuKernelCache(options.CacheDirectory ?? GpuKernelCache.DefaultDirectory);
            _kernel = new GpuKernel(_shape, _context.Info, cache);
            if (options.MeasureDeviceTime) _watch = new GpuStopwatch(_context.Stream);
            MeasuresDeviceTime = options.MeasureDeviceTime;
            _input = _context.AllocateHost((long)MaxRows * _shape.RowBytes, "the batch");
            _rows = new GpuRows(_shape, _input.Host, MaxRows);
            _output = _context.AllocateHost((long)MaxBatch * OutputWidth * sizeof(float), "the embeddings");
            _pageTable = new GpuPageTable(_context, options.MaxSequences, _shape.RingPages);
            _inputOnDevice = _context.Allocate((long)MaxRows * _shape.RowBytes, "the batch");
            _fixed = Fixed(new GpuWeights(model, _shape), pageCount);
            if (options.Prefill == GpuPrefill.TensorCores)
            {
                PrefillObstacle = PrefillNeeds.Obstacle([.. PrefillNeeds.OfModel(model.Config, options.KeyValueFormat), .. PrefillNeeds.OfDevice(DeviceName, _context.Info.ComputeCapability)]);
                if (PrefillObstacle is null) _prefill = new TensorCorePrefill(_context, _shape, model, _fixed, pageCount, cache);
            }
            _context.Wait();
        }
        catch
        {
            _context.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public HstuModel Model { get; }

    /// <inheritdoc/>
    public int MaxBatch { get; }

    /// <inheritdoc/>
    public int RebuildTokens => Model.Config.RebuildTokens;

    /// <inheritdoc/>
    public long MaxSequenceBytes => _shape.RingPages * _shape.PageBytes;

    /// <summary>How a rebuild is computed.</summary>
    public GpuPrefill Prefill => _prefill is null ? GpuPrefill.Exact : GpuPrefill.TensorCores;

    /// <summary>Why it is not by tensor cores although the options asked for them, in one line; null when they do or were not asked for.</summary>
    public string? PrefillObstacle { get; }

    /// <summary>K/V bytes of a full sequence of a model, without an engine.</summary>
    /// <exception cref="ArgumentException">The model is beyond what the kernel can do.</exception>
    public static long SequenceBytes(HstuModel model, GpuKeyValueFormat format, GpuPrefill prefill = GpuPrefill.Exact)
    {
        var shape = new GpuShape(model.Config, format, prefill);
        return shape.RingPages * shape.PageBytes;
    }

    /// <summary>K/V bytes that nobody holds.</summary>
    public long FreeBytes => _pages.FreePages * _shape.PageBytes;

    /// <summary>Bytes of keys and values that a step of one full window reads: the floor of its cost.</summary>
    public long WindowBytes => _shape.WindowBytes;

    /// <summary>The device's name.</summary>
    public string DeviceName => _context.Info.Name;

    /// <summary>The device's name and what the kernel takes of it; for notes.</summary>
    public string Device => $"{_context.Info.Name}, {_context.Info.Multiprocessors} multiprocessors; {_kernel.Resources}";

    /// <summary>Device time of the last call that computed, its copies up included; zero unless the options asked for it.</summary>
    public TimeSpan LastDeviceTime { get; private set; }

    /// <summary>Device times are being taken; may be switched when the options asked for them.</summary>
    public bool MeasuresDeviceTime { get; set; }

    internal long PageBytes => _shape.PageBytes;

    private int OutputWidth => Model.Config.OutputWidth;

    // With two rows an event, the one before is computed again.
    private int MaxRows => _twoRows ? 2 * MaxBatch : MaxBatch;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The engine holds as many sequences as it can; dispose some first.</exception>
    public IHstuSequence CreateSequence()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new HstuGpuSequence(this, _pages.TakeSequence());
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">K/V memory is too small for the batch; no sequence was changed. The caller disposes other sequences first.</exception>
    /// <exception cref="CudaException">The device failed; dispose the engine.</exception>
    public void Step(ReadOnlySpan<HstuStep> batch, Span<float> embeddings)
    {
        RequireUsable();
        if (batch.Length > MaxBatch) throw new ArgumentException($"The batch has {batch.Length} tokens; the engine's most is {MaxBatch}.");
        if (embeddings.Length != batch.Length * OutputWidth)
            throw new ArgumentException($"The embeddings have {embeddings.Length} floats; the batch needs {batch.Length * OutputWidth}.");
        RequireFits(batch);

        LastDeviceTime = TimeSpan.Zero;
        // The rows of a sequence go one behind the other, wherever they stand in the batch.
        for (var first = 0; first < batch.Length; first++)
            for (var i = _order.IsFirst(first) ? first : -1; i >= 0; i = _order.Next(i)) Stage(batch[i], i);
        Launch(wantOutput: true);
        new ReadOnlySpan<float>((void*)_output.Host, embeddings.Length).CopyTo(embeddings);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">K/V memory is too small; the sequence holds the tokens before. The caller disposes other sequences first.</exception>
    /// <exception cref="CudaException">The device failed; dispose the engine.</exception>
    public void Append(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        RequireUsable();
        LastDeviceTime = TimeSpan.Zero;
        AppendRest(sequence, tokens);
    }

    /// <summary>Applies the tokens of several sequences, as <see cref="Append(IHstuSequence, ReadOnlySpan{HstuToken})"/> does for one; on tensor cores up to 8 at a time.</summary>
    /// <param name="histories">Each of another sequence.</param>
    /// <exception cref="ArgumentException">A sequence or a token does not fit, or a sequence occurs twice. No sequence was changed.</exception>
    /// <exception cref="InvalidOperationException">K/V memory is too small; each sequence holds some first part of its tokens. The caller disposes other sequences first.</exception>
    /// <exception cref="CudaException">The device failed; dispose the engine.</exception>
    public void Append(IReadOnlyList<HstuHistory> histories)
    {
        RequireUsable();
        foreach (var history in histories)
            foreach (ref readonly var token in history.Tokens.Span)
                if (Misfit(history.Sequence, token) is { } misfit) throw misfit;
        if (histories.DistinctBy(history => history.Sequence).Count() != histories.Count) throw new ArgumentException("A sequence occurs twice.");
        LastDeviceTime = TimeSpan.Zero;
        var rests = histories.ToArray();
        while (_prefill is not null && rests.Count(rest => PrefillPlan.NextChunk(rest.Tokens.Length) > 0) > 1) AppendChunks(rests);
        foreach (var rest in rests) AppendRest(rest.Sequence, rest.Tokens.Span);
    }

    /// <summary>A copy of a sequence's pages, in the order of the page table, as Kernels/1-Shape.cu draws them; for checks.</summary>
    public byte[][] ReadPages(IHstuSequence sequence)
    {
        RequireUsable();
        _context.MakeCurrent();
        var mine = (HstuGpuSequence)sequence;
        return _pageTable.PagesOf(mine).ToArray().Select(page =>
        {
            var bytes = new byte[_shape.PageBytes];
            fixed (byte* to = bytes) CudaDriver.Require(CudaDriver.CopyDown((nint)to, _fixed.Pool + (nint)(page * _shape.PageBytes), (nuint)bytes.Length, _context.Stream), "reading a page");
            _context.Wait();
            return bytes;
        }).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.MakeCurrent();
        _watch?.Dispose();
        _prefill?.Dispose();
        _kernel.Dispose();
        _context.Dispose();
    }

    internal void Release(HstuGpuSequence sequence)
    {
        if (_disposed) return;
        _pages.Free(sequence.Row, _pageTable.PagesOf(sequence));
    }

    private void AppendRest(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        var mine = sequence as HstuGpuSequence;
        while (!tokens.IsEmpty)
        {
            var chunk = _prefill is null ? 0 : PrefillPlan.NextChunk(tokens.Length);
            var most = chunk > 0 ? chunk : Math.Min(_shape.MaxRowsPerSequence, MaxBatch);
            var (good, newPages) = (0, 0);
            ArgumentException? bad = null;
            for (; good < Math.Min(most, tokens.Length); good++)
            {
                bad = Misfit(sequence, tokens[good]);
                if (bad is not null) break;
                newPages += GpuPages.NewPages(mine!.TokenCount + good, 1, _shape);
            }
            RequirePages(newPages);
            if (chunk > 0 && good > 0)
            {
                StagePrefill(mine!, tokens[..good]);
                LaunchPrefill();
            }
            else
            {
                foreach (ref readonly var token in tokens[..good]) StageAppended(mine!, token);
                Launch(wantOutput: false);
            }
            if (bad is not null) throw bad;
            tokens = tokens[good..];
        }
    }

    // The next chunk of each of a few sequences, in one prefill.
    private void AppendChunks(HstuHistory[] rests)
    {
        var chosen = rests.Select((rest, i) => (Index: i, Count: PrefillPlan.NextChunk(rest.Tokens.Length))).Where(chunk => chunk.Count > 0).Take(PrefillPlan.MaxSequences).ToList();
        RequirePages(chosen.Sum(chunk => GpuPages.NewPages(((HstuGpuSequence)rests[chunk.Index].Sequence).TokenCount, chunk.Count, _shape)));
        foreach (var (index, count) in chosen)
        {
            var (sequence, tokens) = rests[index];
            StagePrefill((HstuGpuSequence)sequence, tokens.Span[..count]);
            rests[index] = new(sequence, tokens[count..]);
        }
        LaunchPrefill();
    }

    private void StagePrefill(HstuGpuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        _prefill!.Stage(sequence, tokens);
        for (var i = 0; i < tokens.Length; i++)
        {
            AddPageFor(sequence);
            sequence.TokenCount++;
        }
    }

    private GpuStepArguments Fixed(GpuWeights weights, long pageCount)
    {
        var at = _context.Allocate(weights.Bytes.Length, "the weights");
        fixed (byte* bytes = weights.Bytes) CudaDriver.Require(CudaDriver.CopyUp(at, (nint)bytes, (nuint)weights.Bytes.Length, _context.Stream), "copying the weights");
        var config = Model.Config;
        nint Floats(long count, string purpose) => _context.Allocate(count * sizeof(float), purpose);
        return new GpuStepArguments
        {
            Outputs = _output.Device,
            Pool = _context.Allocate(pageCount * _shape.PageBytes, "keys and values"),
            PageTable = _pageTable.Device,
            ContentWeight = at + (nint)weights.ContentWeight,
            ContentBias = at + (nint)weights.ContentBias,
            Actions = at + (nint)weights.Actions,
            Unknown = at + (nint)weights.Unknown,
            Uvqk = at + (nint)weights.Uvqk,
            OutputWeight = at + (nint)weights.OutputWeight,
            OutputBias = at + (nint)weights.OutputBias,
            Position = at + (nint)weights.Position,
            Tau = at + (nint)weights.Tau,
            HeadWeight = at + (nint)weights.HeadWeight,
            HeadBias = at + (nint)weights.HeadBias,
            BucketBounds = at + (nint)weights.BucketBounds,
            BucketOfPower = at + (nint)weights.BucketOfPower,
            X = Floats((long)MaxRows * config.Width, "the residual stream"),
            U = Floats((long)MaxRows * _shape.HeadsPadded, "gates"),
            Q = Floats((long)MaxRows * _shape.HeadsPadded, "queries"),
            A = Floats((long)MaxRows * _shape.HeadsPadded, "attention"),
            Partials = Floats((long)GpuShape.ClusterRows * config.Heads * _shape.Spans * _shape.HeadPadded, "partial sums"),
            Buckets = _context.Allocate((long)MaxRows * _shape.WindowStride, "time buckets"),
            Rows = _context.Allocate(MaxRows * 16L, "the rows"),
            Anchors = _context.Allocate(MaxRows * 8L, "the anchors"),
            Pages = _context.Allocate(MaxRows * 8L, "the rows' pages"),
            Barrier = _context.Allocate(256, "the barrier"),
            Counters = _context.Allocate(config.Layers * 4L, "the schedule"),
        };
    }

    private void RequireUsable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_faulted) throw new CudaException("The GPU engine failed before; dispose it, make another one and rebuild its sequences.");
    }

    // Checks a whole batch before anything changes.
    private void RequireFits(ReadOnlySpan<HstuStep> batch)
    {
        ArgumentException? misfit = null;
        var (counted, newPages) = (0, 0);
        for (; counted < batch.Length; counted++)
        {
            misfit = Misfit(batch[counted].Sequence, batch[counted].Token);
            if (misfit is not null) break;
            var sequence = (HstuGpuSequence)batch[counted].Sequence;
            newPages += GpuPages.NewPages(sequence.TokenCount + Pending(sequence), 1, _shape);
            _order.Add(counted, Pending(sequence) == 0 ? -1 : sequence.Place);
            sequence.Place = counted;
            AddPending(sequence);
        }
        _stamp++;
        if (misfit is not null) throw misfit;
        RequirePages(newPages);
    }

    private void RequirePages(int newPages)
    {
        if (newPages > _pages.FreePages)
            throw new InvalidOperationException($"The GPU engine's K/V memory is full: the tokens need {newPages} pages of {_shape.PageBytes} bytes, {_pages.FreePages} are free. Dispose other sequences first.");
    }

    private ArgumentException? Misfit(IHstuSequence sequence, in HstuToken token)
    {
        if (sequence is not HstuGpuSequence { IsDisposed: false } mine || mine.Engine != this)
            return new ArgumentException("The sequence is not one of this engine, or it was disposed.");
        return HstuTokenRules.Violation(Model.Config, token) is { } violation ? new ArgumentException(violation) : null;
    }

    // A launch holds only so many rows of a sequence that none overwrites what another reads; and with two rows an event, one event of it.
    private void Stage(in HstuStep step, int output)
    {
        var sequence = (HstuGpuSequence)step.Sequence;
        if (Pending(sequence) == (_twoRows ? 1 : _shape.MaxRowsPerSequence)) Launch(wantOutput: true);
        if (_twoRows && sequence.TokenCount > 0) _rows.Repeat(sequence, sequence.Newest, step.Token.EventTimeSeconds);
        AddPageFor(sequence);
        var row = _rows.Add(sequence, step.Token, sequence.TokenCount, output);
        if (_twoRows) sequence.Keep(row);
        AddPending(sequence);
        sequence.TokenCount++;
    }

    // Without an embedding to compute, the newest row can wait for the time that makes it final.
    private void StageAppended(HstuGpuSequence sequence, in HstuToken token)
    {
        if (!_twoRows)
        {
            Stage(new(sequence, token), -1);
            return;
        }
        if (sequence.TokenCount > 0) _rows.Repeat(sequence, sequence.Newest, token.EventTimeSeconds);
        AddPageFor(sequence);
        sequence.Keep(_rows.Preview(sequence, token, sequence.TokenCount));
        sequence.TokenCount++;
    }

    private int Pending(HstuGpuSequence sequence) => sequence.Stamp == _stamp ? sequence.Pending : 0;

    private void AddPending(HstuGpuSequence sequence) => (sequence.Pending, sequence.Stamp) = (Pending(sequence) + 1, _stamp);

    private void AddPageFor(HstuGpuSequence sequence)
    {
        if (GpuPages.NewPages(sequence.TokenCount, 1, _shape) > 0) _pageTable.Add(sequence, _pages.TakePage());
    }

    private void Launch(bool wantOutput)
    {
        _stamp++;
        if (_rows.Count == 0) return;
        try
        {
            Begin();
            QueueStep(wantOutput);
            End();
        }
        catch (CudaException)
        {
            _faulted = true;
            throw;
        }
        _rows.Clear();
    }

    private void LaunchPrefill()
    {
        try
        {
            Begin();
            _prefill!.Launch();
            End();
        }
        catch (CudaException)
        {
            _faulted = true;
            throw;
        }
    }

    private void QueueStep(bool wantOutput)
    {
        var arguments = _fixed;
        _rows.WriteTo(ref arguments);
        if (arguments.IsInline == 0) CudaDriver.Require(CudaDriver.CopyUp(_inputOnDevice, _input.Host, (nuint)_rows.SizeBytes, _context.Stream), "copying the batch");
        (arguments.Inputs, arguments.WantOutput, arguments.BarrierBase) = (_inputOnDevice, wantOutput ? 1 : 0, _barrierBase);
        if (_kernel.HasClusters && _rows.Count <= GpuShape.ClusterRows)
        {
            _kernel.LaunchClusters(arguments, _rows.Groups, _context.Stream);
        }
        else if (_kernel.HasPhases && _rows.Count > GpuShape.OneLaunchRows)
        {
            _kernel.LaunchPhases(arguments, _context.Stream);
        }
        else
        {
            _kernel.LaunchGrid(arguments, _context.Stream);
            var barriers = 3 * (wantOutput ? Model.Config.Layers : Model.Config.Layers - 1);
            unchecked { _barrierBase += (uint)barriers * _kernel.Blocks; }
        }
    }

    private void Begin()
    {
        _context.MakeCurrent();
        if (MeasuresDeviceTime) _watch?.Start();
        _pageTable.CopyUp();
    }

    private void End()
    {
        if (MeasuresDeviceTime) _watch?.Stop();
        _context.Wait();
        if (MeasuresDeviceTime && _watch is not null) LastDeviceTime += _watch.Read();
    }
}
