using Peregrine.Fix.Views;

namespace Peregrine.Fix.Generator.Tests;

[FixMessages("FIX.4.4", "NewOrderSingle", "8", "F")]
internal static partial class Fix44;

[FixMessages("Tiny.fixd", "D")]
internal static partial class Tiny;
