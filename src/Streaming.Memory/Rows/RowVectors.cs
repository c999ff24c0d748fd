using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Rows;

/// <summary>The vectors of rows: written from and read into float32, and compared with a query without leaving the registers.</summary>
internal sealed unsafe class RowVectors(VectorFormat format, int dimension)
{
    public VectorFormat Format { get; } = format;

    public int Dimension { get; } = dimension;

    public int Bytes { get; } = dimension * (format == VectorFormat.HalfPrecision ? sizeof(Half) : sizeof(float));

    public void Write(Row row, ReadOnlySpan<float> vector)
    {
        byte* at = row.Vector;
        if (Format == VectorFormat.SinglePrecision)
            vector.CopyTo(new Span<float>(at, Dimension));
        else
            System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(vector, new Span<Half>(at, Dimension));
    }

    public void Read(Row row, Span<float> into)
    {
        byte* at = row.Vector;
        if (Format == VectorFormat.SinglePrecision)
            new ReadOnlySpan<float>(at, Dimension).CopyTo(into);
        else
            System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(at, Dimension), into);
    }

    /// <summary>Σ vector·query.</summary>
    public float Dot(byte* at, float* query)
    {
        var sum = Vector512<float>.Zero;
        int i = 0;
        for (; i <= Dimension - 16; i += 16)
            sum += Load(at, i) * Vector512.Load(query + i);
        float total = Total(sum);
        for (; i < Dimension; i++)
            total += Number(at, i) * query[i];
        return total;
    }

    /// <summary>Σ vector·query and Σ vector².</summary>
    public (float Dot, float Square) DotAndSquare(byte* at, float* query)
    {
        Vector512<float> dot = Vector512<float>.Zero, square = Vector512<float>.Zero;
        int i = 0;
        for (; i <= Dimension - 16; i += 16)
        {
            var vector = Load(at, i);
            dot += vector * Vector512.Load(query + i);
            square += vector * vector;
        }
        float dots = Total(dot), squares = Total(square);
        for (; i < Dimension; i++)
        {
            float number = Number(at, i);
            dots += number * query[i];
            squares += number * number;
        }
        return (dots, squares);
    }

    /// <summary>Σ (vector − query)².</summary>
    public float SquaredDistance(byte* at, float* query)
    {
        var sum = Vector512<float>.Zero;
        int i = 0;
        for (; i <= Dimension - 16; i += 16)
        {
            var difference = Load(at, i) - Vector512.Load(query + i);
            sum += difference * difference;
        }
        float total = Total(sum);
        for (; i < Dimension; i++)
        {
            float difference = Number(at, i) - query[i];
            total += difference * difference;
        }
        return total;
    }

    private float Number(byte* at, int i) => Format == VectorFormat.HalfPrecision ? (float)((Half*)at)[i] : ((float*)at)[i];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Load(byte* at, int i) =>
        Format == VectorFormat.SinglePrecision ? Vector512.Load((float*)at + i) : Widen(Vector256.Load((short*)at + i));

    // Fewer steps than a sum of all lanes in their order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Total(Vector512<float> numbers)
    {
        var half = numbers.GetLower() + numbers.GetUpper();
        return Vector128.Sum(half.GetLower() + half.GetUpper());
    }

    // A half's exponent and fraction, shifted into a float's, are the number times 2^-112, subnormals too; rows hold finite numbers only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(Vector256<short> halves)
    {
        var bits = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(halves)
            : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        return ((bits << 13) & Vector512.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x77800000u));
    }
}
