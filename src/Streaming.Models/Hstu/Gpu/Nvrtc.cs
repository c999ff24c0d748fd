using System.Runtime.InteropServices;
using System.Text;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>NVIDIA's run-time compiler: CUDA C++ to machine code of one architecture.</summary>
internal static unsafe partial class Nvrtc
{
    /// <summary>Its version, as <c>13.0</c>.</summary>
    public static string Version()
    {
        Require(GetVersion(out var major, out var minor), "asking for its version");
        return $"{major}.{minor}";
    }

    /// <summary>Compiles a program.</summary>
    /// <param name="source">All of it.</param>
    /// <param name="options">What the compiler is told.</param>
    /// <param name="kernels">Kernels by their expressions, such as an instance of a template; those that are extern "C" need not be named.</param>
    /// <returns>The machine code, and the name in it of each of <paramref name="kernels"/>.</returns>
    /// <exception cref="CudaException">The source does not compile; the message has the compiler's log.</exception>
    public static (byte[] Code, string[] Names) Compile(string source, IReadOnlyList<string> options, IReadOnlyList<string> kernels)
    {
        Require(CreateProgram(out var program, source, "hstu.cu", 0, null, null), "creating a program");
        var arguments = options.Select(option => Marshal.StringToCoTaskMemUTF8(option)).ToArray();
        try
        {
            foreach (var kernel in kernels) Require(AddNameExpression(program, kernel), $"naming {kernel}");
            int result;
            fixed (nint* pointers = arguments) result = CompileProgram(program, arguments.Length, (byte**)pointers);
            if (result != 0) throw new CudaException($"The GPU kernel does not compile with {string.Join(' ', options)}:\n{Log(program)}");
            Require(GetCubinSize(program, out var bytes), "asking for the size of the machine code");
            var cubin = new byte[bytes];
            fixed (byte* target = cubin) Require(GetCubin(program, target), "fetching the machine code");
            return (cubin, kernels.Select(kernel => NameOf(program, kernel)).ToArray());
        }
        finally
        {
            foreach (var argument in arguments) Marshal.FreeCoTaskMem(argument);
            _ = DestroyProgram(ref program);
        }
    }

    private static string NameOf(nint program, string kernel)
    {
        Require(GetLoweredName(program, kernel, out var name), $"asking for the name of {kernel}");
        return Marshal.PtrToStringUTF8(name)!;
    }

    private static string Log(nint program)
    {
        if (GetLogSize(program, out var bytes) != 0 || bytes == 0) return "(no log)";
        var log = new byte[bytes];
        fixed (byte* target = log) _ = GetLog(program, target);
        return Encoding.UTF8.GetString(log).TrimEnd('\0');
    }

    private static void Require(int result, string doing)
    {
        if (result != 0) throw new CudaException($"NVRTC failed while {doing} ({result}).");
    }

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcVersion")]
    private static partial int GetVersion(out int major, out int minor);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcCreateProgram", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateProgram(out nint program, string source, string name, int headers, byte** contents, byte** includeNames);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcAddNameExpression", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddNameExpression(nint program, string expression);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcGetLoweredName", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetLoweredName(nint program, string expression, out nint name);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcCompileProgram")]
    private static partial int CompileProgram(nint program, int count, byte** options);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcGetCUBINSize")]
    private static partial int GetCubinSize(nint program, out nuint bytes);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcGetCUBIN")]
    private static partial int GetCubin(nint program, byte* target);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcGetProgramLogSize")]
    private static partial int GetLogSize(nint program, out nuint bytes);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcGetProgramLog")]
    private static partial int GetLog(nint program, byte* target);

    [LibraryImport(CudaNames.Nvrtc, EntryPoint = "nvrtcDestroyProgram")]
    private static partial int DestroyProgram(ref nint program);
}
