namespace Peregrine.Net;

/// <summary>Work that another thread hands to a loop.</summary>
public interface ILoopTask
{
    /// <summary>Called on the loop's thread.</summary>
    /// <param name="loop">Which one.</param>
    /// <param name="argument">The number given with it.</param>
    void Run(EventLoop loop, long argument);
}
