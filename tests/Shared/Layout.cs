using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Peregrine.Testing;

/// <summary>Sizes and places in memory, also of types that their assembly alone sees:
/// what comments and documents claim of them is held to it.</summary>
internal static class Layout
{
    /// <summary>The size of a struct in bytes, as an array has it.</summary>
    /// <param name="name">Its full name, with a plus before a nested one.</param>
    public static int SizeOf(Assembly assembly, string name) => SizeOf(Find(assembly, name));

    /// <summary>Distances in bytes of an explicit layout: from the start to the first field, from each to the next, from the last one to the end.
    /// </summary>
    public static int[] Gaps(Assembly assembly, string name)
    {
        Type type = Find(assembly, name);
        int[] places = [0, .. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => field.GetCustomAttribute<FieldOffsetAttribute>()!.Value).Order(), SizeOf(type)];
        return [.. places.Zip(places.Skip(1), (one, next) => next - one)];
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static Type Find(Assembly assembly, string name) => assembly.GetType(name, throwOnError: true)!;
}
