global using Peregrine.Primitives;
global using Peregrine.Testing;
