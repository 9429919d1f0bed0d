global using Peregrine.Primitives;
