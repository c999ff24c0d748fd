using System.Buffers.Binary;
using System.Text;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Weights;

public sealed class SafetensorsTests
{
    private const string GoldenHeader =
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}""";

    // Length, header (112 bytes with its spaces) and 1.0, -2.5, 0.125 in little-endian.
    private static readonly byte[] Golden =
        [.. new byte[] { 0x70, 0, 0, 0, 0, 0, 0, 0 }, .. Encoding.UTF8.GetBytes(GoldenHeader.PadRight(112)), .. Convert.FromHexString("0000803F000020C00000003E")];

    [Fact]
    public void Writer_makes_the_golden_bytes_whatever_the_order() =>
        Assert.Equal(Golden, Safetensors.Write([new("b", [1, 1], [0.125f]), new("a", [2], [1f, -2.5f])]));

    [Fact]
    public void Reader_reads_the_golden_bytes()
    {
        var tensors = Safetensors.Read(Golden);
        Assert.Equal(["a", "b"], tensors.Keys.Order());
        Assert.Equal([2], tensors["a"].Shape.ToArray());
        Assert.Equal([1f, -2.5f], tensors["a"].Values.ToArray());
        Assert.Equal([1, 1], tensors["b"].Shape.ToArray());
        Assert.Equal([0.125f], tensors["b"].Values.ToArray());
    }

    [Fact]
    public void Reader_takes_metadata_scalars_empty_tensors_and_any_order()
    {
        var tensors = Safetensors.Read(File(
            """{"__metadata__":{"format":"pt"},"z":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}}""", 4));
        Assert.Equal(["e", "z"], tensors.Keys.Order());
        Assert.Equal(1, tensors["z"].Values.Length);
        Assert.Equal(0, tensors["e"].Values.Length);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", 4, "Tensor 'a' has dtype 'F16' but only F32 is supported.")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "Tensor 'a' has no 'dtype'.")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "Tensor 'a' has no array 'shape'.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "Tensor 'a' has no array 'data_offsets'.")]
    [InlineData("""{"a":7}""", 0, "Tensor 'a' is described by a JSON Number, not an object.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "Tensor 'a' has -1 in 'shape'; expected whole numbers of at least 0.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "Tensor 'a' has 1.5 in 'shape'; expected whole numbers of at least 0.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "Tensor 'a' has data_offsets [4, 0]; expected [begin, end].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "Tensor 'a' of shape [3] needs 12 bytes but data_offsets span 8.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "Tensor 'a' ends at byte 8 but the data has 4.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "The safetensors data has 8 bytes but the tensors end at 4.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "Tensor 'a' begins at byte 4 and leaves a hole after 0.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
        "Tensor 'b' begins at byte 4 and overlaps a tensor that ends at 8.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "Tensor 'a' appears twice in the header.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", 4,
        "needs 9223372036854775807 bytes but data_offsets span 4.")]
    [InlineData("[]", 0, "The safetensors header is a JSON Array, not an object.")]
    [InlineData("{", 0, "The safetensors header is not JSON: ")]
    public void Damaged_header_is_refused_with_the_tensor_and_the_reason(string header, int dataBytes, string message) =>
        Assert.Contains(message, Failure(File(header, dataBytes)), StringComparison.Ordinal);

    [Fact]
    public void Truncated_files_are_refused()
    {
        Assert.Contains("this one has 5 bytes", Failure(Golden[..5]), StringComparison.Ordinal);
        Assert.Contains("claims 112 bytes but only 50 follow", Failure(Golden[..58]), StringComparison.Ordinal);
        for (var length = 0; length < Golden.Length; length++) Failure(Golden[..length]);
    }

    [Fact]
    public void Any_changed_header_byte_gives_a_clear_error_or_other_tensors_but_no_other_exception()
    {
        var refused = 0;
        for (var i = 0; i < Golden.Length - 12; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                var bytes = Golden.ToArray();
                bytes[i] = (byte)value;
                try
                {
                    Safetensors.Read(bytes);
                }
                catch (ModelFormatException)
                {
                    refused++;
                }
            }
        }
        Assert.InRange(refused, 10_000, 256 * Golden.Length);
    }

    [Fact]
    public void Writer_refuses_equal_and_reserved_names()
    {
        Assert.Throws<ArgumentException>(() => Safetensors.Write([new("a", [], [1]), new("a", [], [2])]));
        Assert.Throws<ArgumentException>(() => Safetensors.Write([new("__metadata__", [], [1])]));
    }

    [Fact]
    public void Tensor_refuses_values_that_do_not_fill_its_shape() =>
        Assert.Throws<ArgumentException>(() => new WeightTensor("a", [2, 3], new float[5]));

    private static byte[] File(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    private static string Failure(byte[] file) => Assert.Throws<ModelFormatException>(() => Safetensors.Read(file)).Message;
}
