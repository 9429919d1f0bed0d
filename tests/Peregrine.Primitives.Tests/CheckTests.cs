using System.Diagnostics;
using System.Reflection;

namespace Peregrine.Primitives.Tests;

public class CheckTests
{
    [Fact]
    public void That_Broken_NamesTheRule()
    {
        BrokenInvariantException failure = Assert.Throws<BrokenInvariantException>(() => Check.That(false, "sequence rises"));

        Assert.Equal("broken invariant: sequence rises", failure.Message);
    }

    [Fact]
    public void That_Holds_DoesNothingAndAllocatesNothing()
    {
        Check.That(true, "warm");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1_000; round++)
        {
            Check.That(round >= 0, "rounds are counted up");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // A call is in the program only where CHECKED is defined, and its arguments are not even computed elsewhere.
    [Fact]
    public void Invariant_ByConfiguration_IsCheckedOrCompiledAway()
    {
        int computed = 0;
        bool Broken()
        {
            computed++;
            return false;
        }

        Exception? failure = Record.Exception(() => Invariant.That(Broken(), "rule"));

#if CHECKED
        Assert.IsType<BrokenInvariantException>(failure);
        Assert.Equal(1, computed);
#else
        Assert.Null(failure);
        Assert.Equal(0, computed);
        _ = Broken();
#endif
    }

    [Fact]
    public void Invariant_Itself_ChecksAndIsConditional()
    {
        MethodInfo method = typeof(Invariant).GetMethod(nameof(Invariant.That))!;

        Assert.Equal("CHECKED", method.GetCustomAttribute<ConditionalAttribute>()?.ConditionString);
        TargetInvocationException failure = Assert.Throws<TargetInvocationException>(() => method.Invoke(null, [false, "rule"]));
        Assert.IsType<BrokenInvariantException>(failure.InnerException);
    }
}
