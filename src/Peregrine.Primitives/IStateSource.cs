namespace Peregrine.Primitives;

/// <summary>Where saved state is read from, in the order in which it was written.</summary>
public interface IStateSource
{
    /// <summary>Fills the target with the next bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    void ReadExactly(Span<byte> target);
}
