using Peregrine.Fix.Views;

namespace Peregrine.Bench.Fix;

/// <summary>The messages of the bench, generated of FIX 4.4.</summary>
[FixMessages("FIX.4.4", "D", "8")]
internal static partial class BenchViews;
