namespace Peregrine.Mutation;

/// <summary>What became of a mutant.</summary>
internal enum Outcome
{
    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>The tests did not end in time; that is noticed too.</summary>
    KilledByTime,

    /// <summary>All tests passed: one is missing.</summary>
    Survived,

    /// <summary>The list says why no test can notice it; not run.</summary>
    Equivalent,

    /// <summary>The compiler refuses it: the list is to be mended.</summary>
    DoesNotBuild,

    /// <summary>No test has such a name: the list is to be mended.</summary>
    NoTest,
}

/// <summary>The end of one mutant.</summary>
/// <param name="Detail">Which test noticed it, or what is wrong with it.</param>
internal readonly record struct Verdict(Outcome Outcome, string Detail);
